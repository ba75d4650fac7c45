// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <CLI/App.hpp>

#include <functional>

namespace espalier::cli {

/// What a command has at hand while it runs. Results go to stdout, everything else to stderr.
struct Console
{
    Progress progress;
    std::function<void()> clearProgress; ///< before writing lines while work goes on
    std::function<void(std::string)> explain; ///< lines to go beneath the error that follows
};

/// What every command that takes a MODEL says about it.
inline constexpr const char* kModelHelp = "Model folder, hf:ORG/NAME[@REVISION], or a recipe.json";

/// The chosen command's work; set by the subcommand's callback, run once parsing is over.
using Action = std::function<Status(const Console&)>;

// Each command's file adds its subcommand and, when it is chosen, leaves its work in `action`.
void addListCommand(CLI::App& app, Action& action);
void addInspectCommand(CLI::App& app, Action& action);
void addTokenizeCommand(CLI::App& app, Action& action);
void addPreprocessCommand(CLI::App& app, Action& action);
void addForwardCommand(CLI::App& app, Action& action);
void addEvaluateCommand(CLI::App& app, Action& action);
void addMeasureCommand(CLI::App& app, Action& action);
void addPlanCommand(CLI::App& app, Action& action);
void addScaleCommand(CLI::App& app, Action& action);
void addTrainCommand(CLI::App& app, Action& action);
void addRaceCommand(CLI::App& app, Action& action);
void addOperatorsCommand(CLI::App& app, Action& action);
void addExportCommand(CLI::App& app, Action& action);
void addReportCommand(CLI::App& app, Action& action);
void addCompareCommand(CLI::App& app, Action& action);
void addOriginCommand(CLI::App& app, Action& action);
void addRecommendCommand(CLI::App& app, Action& action);

/// Parses and runs a whole command line; the exit status of espalier-cli (0 done, 1 our bug, 2
/// usage, 3 refused, 4 stopped, 5 resources).
[[nodiscard]] int runCommandLine(int argc, const char* const* argv, std::stop_token stop);

} // namespace espalier::cli
