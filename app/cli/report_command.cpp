// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/console.h"
#include "core/engine/run_lanes.h"

#include <fmt/format.h>

namespace espalier::cli {

namespace {

struct ReportArguments
{
    std::string run;
    std::string out;
};

Status writeReport(const ReportArguments& arguments)
{
    const auto outcome = saveRunReport(arguments.run, arguments.out);
    if (!outcome)
        return outcome.error();
    fmt::print("{}\n", *outcome);
    return {};
}

} // namespace

void addReportCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<ReportArguments>();
    CLI::App* command =
        app.add_subcommand("report", "Writes a run's curves, table and recipes as one HTML page");
    command->add_option("RUN", arguments->run, "Run folder; it may still be running")->required();
    command->add_option("--out", arguments->out, "HTML file to write")->required();
    command->callback([&action, arguments] {
        action = [arguments](const Console&) {
            return writeReport(*arguments);
        };
    });
}

} // namespace espalier::cli
