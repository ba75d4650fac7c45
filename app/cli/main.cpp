// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/signal_stop.h"

int main(int argc, char** argv)
{
    const espalier::cli::SignalStop signals;
    return espalier::cli::runCommandLine(argc, argv, signals.token());
}
