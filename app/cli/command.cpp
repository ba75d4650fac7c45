// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"

#include "app/cli/console.h"
#include "core/engine/model.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace espalier::cli {

namespace {

constexpr int kUsage = 2;

int report(const Error& error, const std::string& explanation)
{
    fmt::print(stderr, "espalier-cli: {}\n{}", error.message, explanation);
    return exitStatus(error.code);
}

std::string versionText()
{
    const EngineInfo info = startEngine();
    return fmt::format("espalier-cli {}\nLibTorch {}, HDF5 {}\nCUDA: {}", ESPALIER_VERSION,
        info.torchVersion, info.hdf5Version, info.cudaNote);
}

} // namespace

int runCommandLine(int argc, const char* const* argv, std::stop_token stop)
{
    CLI::App app(
        "Shapes a pretrained transformer into another size and measures what the start is worth.",
        "espalier-cli");
    int threads = 0;
    app.add_option("--threads", threads, "Threads for tensor work (default: one per core)")
        ->check(CLI::Range(1, 1024));
    app.set_version_flag("--version", versionText);
    app.require_subcommand(1);
    Action action;
    for (const auto add :
        {addListCommand, addInspectCommand, addTokenizeCommand, addPreprocessCommand,
            addForwardCommand, addEvaluateCommand, addMeasureCommand, addPlanCommand,
            addScaleCommand, addTrainCommand, addRaceCommand, addExportCommand, addReportCommand,
            addCompareCommand, addOriginCommand, addRecommendCommand, addOperatorsCommand})
        add(app, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUsage;
    }

    const EngineInfo engine = startEngine(threads);
    (void)engine;
    ProgressBar bar;
    std::string explanation;
    const Console console{.progress = bar.progress(std::move(stop)),
        .clearProgress = [&bar] { bar.finish(); },
        .explain =
            [&explanation](std::string lines) {
                explanation = std::move(lines);
            }};
    const Status status = action(console);
    bar.finish();
    return status ? 0 : report(status.error(), explanation);
}

} // namespace espalier::cli
