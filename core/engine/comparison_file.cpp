// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/compare.h"
#include "core/formats/json_reader.h"
#include "core/formats/strict_json.h"
#include "core/report/csv.h"
#include "core/storage/atomic_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <map>

namespace espalier {

namespace {

using Json = nlohmann::ordered_json;

Json lossOrNull(double loss)
{
    return std::isfinite(loss) ? Json(loss) : Json(nullptr);
}

double lossFrom(ObjectReader& run, std::string_view key)
{
    return run.optionalNumber(key).value_or(std::numeric_limits<double>::quiet_NaN());
}

/// Arms that fail for the same reason share a line.
std::map<std::string, std::vector<std::string>> armsByReason(
    const std::vector<RefusedArm>& refusals)
{
    std::map<std::string, std::vector<std::string>> arms;
    for (const RefusedArm& refusal : refusals) {
        const std::string own = refusal.arm + ": "; // some reasons begin with the method's name
        const bool named = refusal.reason.starts_with(own);
        arms[named ? refusal.reason.substr(own.size()) : refusal.reason].push_back(refusal.arm);
    }
    return arms;
}

} // namespace

std::string aboutComparison(const std::string& parentHash, const ComparisonSettings& settings)
{
    const TrainSettings& train = settings.train;
    std::string sizes;
    for (const Size size : kAllSizes)
        if (get(settings.shape, size) > 0 || !isOfTask(size))
            sizes += fmt::format(" {} {}", nameOf(size), get(settings.shape, size));
    const std::int64_t tokens =
        train.data.sequenceLength; // 0: images, or as long as the model says
    return fmt::format("parent {},{}, {} steps of {} on {} (validation on {} samples{}), warm-up "
                       "{}, weight decay {:g}, {}, measured on {} samples",
        parentHash.substr(0, 16), sizes, train.steps, train.batch, train.data.source,
        train.evalSamples, tokens > 0 ? fmt::format(" of {} tokens", tokens) : std::string(),
        train.warmupSteps, train.weightDecay, train.dtype, settings.measure.samples);
}

Result<ComparisonFile> readComparison(const std::filesystem::path& file)
{
    const Result<nlohmann::json> document = readJsonFile(file);
    if (!document)
        return document.error();
    JsonReader reader(file.string(), *document);
    ComparisonFile comparison{.about = reader.root().requiredString("about"), .runs = {}};
    constexpr double kInfinity = std::numeric_limits<double>::max();
    for (ObjectReader* run : reader.root().requiredObjects("runs"))
        comparison.runs.push_back({.arm = run->requiredString("arm"),
            .learningRate = run->requiredNumber("learning_rate", 0, kInfinity),
            .seed = run->requiredInteger("seed", 0, 1'000'000),
            .untrainedLoss = lossFrom(*run, "untrained_loss"),
            .trainedLoss = lossFrom(*run, "trained_loss"),
            .trainedAccuracy = run->optionalNumber("trained_accuracy", 0, 1),
            .startSeconds = run->requiredNumber("start_seconds", 0, kInfinity),
            .stepSeconds = run->requiredNumber("step_seconds", 0, kInfinity)});
    if (const Status read = reader.finish(); !read)
        return read.error();
    return comparison;
}

Status writeComparison(const std::filesystem::path& file, const ComparisonFile& comparison)
{
    Json runs = Json::array();
    for (const ComparisonRun& run : comparison.runs) {
        Json row = {{"arm", run.arm}, {"learning_rate", run.learningRate}, {"seed", run.seed},
            {"untrained_loss", lossOrNull(run.untrainedLoss)},
            {"trained_loss", lossOrNull(run.trainedLoss)}, {"start_seconds", run.startSeconds},
            {"step_seconds", run.stepSeconds}};
        if (run.trainedAccuracy)
            row["trained_accuracy"] = *run.trainedAccuracy;
        runs.push_back(std::move(row));
    }
    return writeFileAtomically(file, writeJson(Json{{"about", comparison.about}, {"runs", runs}}));
}

Status writeComparisonTables(const std::filesystem::path& folder, const ComparisonFile& comparison,
    const std::vector<RefusedArm>& refusals)
{
    const Table table = comparisonTable(summarise(comparison.runs));
    std::string text = fmt::format("{}\n\n{}", comparison.about, toMarkdown(table));
    if (!refusals.empty())
        text += "\nNot compared:\n\n";
    for (const auto& [reason, arms] : armsByReason(refusals))
        text += fmt::format("* {}: {}\n", fmt::join(arms, ", "), reason);
    if (const Status done = writeFileAtomically(folder / "table.md", text); !done)
        return done;
    return writeFileAtomically(folder / "table.csv", toCsv(table));
}

} // namespace espalier
