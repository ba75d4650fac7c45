// SPDX-License-Identifier: GPL-3.0-or-later

// espalier-bench: times the engine and prints JSON lines {model, engine, best_ms, median_ms,
// tokens_per_s}.

#include "tests/bench/benches.h"

#include <cstdio>

int main(int argc, char** argv)
{
    CLI::App program("Time the engine; one JSON line per measurement.");
    program.require_subcommand(1);
    espalier::Status outcome;
    espalier::bench::addTrain(program, outcome);
    espalier::bench::addMeasure(program, outcome);
    espalier::bench::addForward(program, outcome);
    espalier::bench::addScale(program, outcome);
    espalier::bench::addList(program, outcome);
    espalier::bench::addDecode(program, outcome);
    espalier::bench::addTokenize(program, outcome);
    espalier::bench::addLigo(program, outcome);
    espalier::bench::addPlan(program, outcome);
    espalier::bench::addApply(program, outcome);
    espalier::bench::addBasis(program, outcome);
    CLI11_PARSE(program, argc, argv);
    if (outcome)
        return 0;
    std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
    return espalier::exitStatus(outcome.error().code);
}
