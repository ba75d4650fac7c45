// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/session.h"
#include "core/methods/catalog.h"
#include "core/report/comparison.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace espalier {

/// A method with options, as a person spells it: "subcloning", "subcloning:order=first:scale=none".
struct ComparisonArm
{
    std::string name;
    std::string method;
    Options options = {};
    friend bool operator==(const ComparisonArm&, const ComparisonArm&) = default;
};
/// Refused: unknown method, option or value.
[[nodiscard]] Result<ComparisonArm> readArm(std::string_view text);

/// Every arm at every learning rate under every seed: the same data, batches by seed, shape and
/// number of steps.
struct ComparisonSettings
{
    ModelShape shape;
    std::vector<ComparisonArm> arms;
    MeasureSettings measure; ///< for methods that need measurements
    TrainSettings train; ///< its learning rate and seed are replaced
    std::vector<double> learningRates = {1e-3};
    std::int64_t seeds = 3;
};

/// An arm that cannot reach the shape from this parent, and the rule that says so.
struct RefusedArm
{
    std::string arm;
    std::string reason;
};
[[nodiscard]] std::vector<RefusedArm> refusedArms(
    const ModelConfig& parent, const ComparisonSettings& settings);

/// Where a comparison hands over what it finds.
struct ComparisonObserver
{
    std::function<Status(const ComparisonRun&)> run = {}; ///< as it ends; an error stops the rest
    std::function<void(const RefusedArm&)> refused = {}; ///< only planning found out
};

/// Makes, evaluates and trains the starts of all arms but the refused ones, one after another. Runs
/// that `done` holds already (same arm, rate and seed) are left out. Errors: what measuring and
/// training give; Cancelled, between steps.
[[nodiscard]] Status compareStarts(const Model& parent, const ComparisonSettings& settings,
    const std::vector<ComparisonRun>& done, const ComparisonObserver& observer,
    const Progress& progress = {});

/// What a comparison came to so far, as JSON; `about` says what was compared, so that a stopped one
/// is only gone on with if it is the same. Non-finite losses are null.
struct ComparisonFile
{
    std::string about;
    std::vector<ComparisonRun> runs;
};
[[nodiscard]] std::string aboutComparison(
    const std::string& parentHash, const ComparisonSettings& settings);
[[nodiscard]] Result<ComparisonFile> readComparison(const std::filesystem::path& file);
[[nodiscard]] Status writeComparison(
    const std::filesystem::path& file, const ComparisonFile& comparison);
/// table.md and table.csv, best arm first, and what was left out and why.
[[nodiscard]] Status writeComparisonTables(const std::filesystem::path& folder,
    const ComparisonFile& comparison, const std::vector<RefusedArm>& refusals);

} // namespace espalier
