// SPDX-License-Identifier: GPL-3.0-or-later
//
// compare: many starts of one destination, each at its own best learning rate, in one table.

#include "app/cli/command.h"
#include "app/cli/console.h"
#include "app/cli/data_options.h"
#include "app/cli/shape_options.h"
#include "app/cli/training_aids.h"
#include "core/engine/compare.h"
#include "core/engine/model_source.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier::cli {

namespace {

struct CompareArguments
{
    std::string parent;
    std::vector<std::string> shape;
    std::vector<std::string> methods = {"all"};
    std::vector<double> rates = {1e-3, 3e-3};
    std::int64_t seeds = 3;
    std::int64_t samples = 64;
    TrainSettings train = {.data = {}, .steps = 100};
    AidOptions aids;
    std::string out;
    bool resume = false;
};

Result<std::vector<ComparisonArm>> armsFrom(const std::vector<std::string>& names)
{
    std::vector<ComparisonArm> arms;
    for (const std::string& name : names) {
        if (name == "all") {
            for (const Method& method : methods())
                arms.push_back({.name = std::string(method.id), .method = std::string(method.id)});
            continue;
        }
        Result<ComparisonArm> arm = readArm(name);
        if (!arm)
            return arm.error();
        arms.push_back(*std::move(arm));
    }
    return arms;
}

Result<ComparisonSettings> settingsFrom(const CompareArguments& arguments, const Model& parent)
{
    ComparisonSettings settings;
    const Result<ModelShape> shape = shapeFrom(arguments.shape, parent.config());
    if (!shape)
        return shape.error();
    settings.shape = askedSizes(parent.config().shape, *shape);
    Result<std::vector<ComparisonArm>> arms = armsFrom(arguments.methods);
    if (!arms)
        return arms.error();
    settings.arms = *std::move(arms);
    settings.train = arguments.train;
    settings.train.aids = aidsFrom(arguments.aids);
    if (settings.train.data.source.empty()) {
        const auto builtIn = builtInData(parent.config());
        if (!builtIn)
            return refused("compare: no built-in data suit this parent; name some with --data");
        settings.train.data = *builtIn;
    }
    settings.measure = {.data = settings.train.data, .samples = arguments.samples};
    settings.learningRates = arguments.rates;
    settings.seeds = arguments.seeds;
    return settings;
}

/// Runs of an earlier call that stopped; none for a fresh one.
Result<ComparisonFile> earlierRuns(
    const CompareArguments& arguments, const std::filesystem::path& file, const std::string& about)
{
    std::error_code ignored;
    const bool exists = std::filesystem::exists(file, ignored);
    if (!exists)
        return ComparisonFile{about, {}};
    if (!arguments.resume)
        return refused(fmt::format(
            "{}: is there already; wanted another --out, or --resume to go on", file.string()));
    Result<ComparisonFile> found = readComparison(file);
    if (found && found->about != about)
        return refused(fmt::format(
            "{}: found a comparison of \"{}\", wanted \"{}\"", file.string(), found->about, about));
    return found;
}

void tell(const RefusedArm& refusal, const Console& console)
{
    console.clearProgress();
    fmt::print(stderr, "left out: {}: {}\n", refusal.arm, refusal.reason);
}

/// The arms that cannot be made, each told; all of them are too many.
Result<std::vector<RefusedArm>> leftOut(
    const Model& parent, const ComparisonSettings& settings, const Console& console)
{
    std::vector<RefusedArm> refusals = refusedArms(parent.config(), settings);
    for (const RefusedArm& refusal : refusals)
        tell(refusal, console);
    if (refusals.size() == settings.arms.size())
        return refused("compare: found no start for this shape, wanted one that a method reaches");
    return refusals;
}

/// The folder of the tables, with what an earlier call left there.
Result<ComparisonFile> openFolder(const CompareArguments& arguments, const Model& parent,
    const ComparisonSettings& settings, const Progress& progress)
{
    const Result<std::string> hash = parent.weightsHash(progress);
    if (!hash)
        return hash.error();
    std::error_code error;
    std::filesystem::create_directories(arguments.out, error);
    if (error)
        return outOfResource(
            fmt::format("{}: cannot be made ({})", arguments.out, error.message()));
    return earlierRuns(arguments, std::filesystem::path(arguments.out) / "runs.json",
        aboutComparison(*hash, settings));
}

/// Trains what is not done yet; every run is written at once.
Status run(const Model& parent, const ComparisonSettings& settings,
    const std::filesystem::path& folder, ComparisonFile& comparison,
    std::vector<RefusedArm>& refusals, const Console& console)
{
    const auto leaveOut = [&](const RefusedArm& refusal) {
        tell(refusal, console);
        refusals.push_back(refusal);
    };
    const auto keep = [&](const ComparisonRun& run) -> Status {
        comparison.runs.push_back(run);
        console.clearProgress();
        fmt::print(stderr, "{}, seed {}, learning rate {:g}: {:.4f} untrained, {:.4f} after\n",
            run.arm, run.seed, run.learningRate, run.untrainedLoss, run.trainedLoss);
        return writeComparison(folder / "runs.json", comparison);
    };
    const std::vector<ComparisonRun> done = comparison.runs;
    return compareStarts(
        parent, settings, done, {.run = keep, .refused = leaveOut}, console.progress);
}

Status compare(const CompareArguments& arguments, const Console& console)
{
    const Result<Model> parent = openModel(arguments.parent, console.progress);
    if (!parent)
        return parent.error();
    const Result<ComparisonSettings> settings = settingsFrom(arguments, *parent);
    if (!settings)
        return settings.error();
    Result<std::vector<RefusedArm>> refusals = leftOut(*parent, *settings, console);
    if (!refusals)
        return refusals.error();
    Result<ComparisonFile> comparison = openFolder(arguments, *parent, *settings, console.progress);
    if (!comparison)
        return comparison.error();
    const Status status = run(*parent, *settings, arguments.out, *comparison, *refusals, console);
    console.clearProgress();
    if (!comparison->runs.empty()) {
        if (const Status written = writeComparisonTables(arguments.out, *comparison, *refusals);
            !written)
            return written;
        fmt::print("{}", alignedTable(rowsOf(comparisonTable(summarise(comparison->runs)))));
    }
    if (!status && status.error().code == ErrorCode::Cancelled)
        return Error{ErrorCode::Cancelled,
            fmt::format("stopped; continue with --resume --out {}", arguments.out)};
    return status;
}

} // namespace

void addCompareCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<CompareArguments>();
    CLI::App* command = app.add_subcommand(
        "compare", "Trains every method's start of one shape, each at its best learning rate");
    command->add_option("--parent", arguments->parent, kModelHelp)->required();
    command->add_option("--shape", arguments->shape, "Sizes: layers=4,hidden=96 (others follow)")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->required();
    command
        ->add_option("--methods", arguments->methods,
            "all, or ids with options: subcloning,subcloning:order=first")
        ->delimiter(',')
        ->allow_extra_args(false);
    addDataOptions(*command, arguments->train.data, "Data");
    addSplitOption(*command, arguments->train.data, "Data");
    command->add_option("--steps", arguments->train.steps, "Training steps per run")
        ->capture_default_str();
    command->add_option("--batch", arguments->train.batch, "Samples per step")
        ->capture_default_str();
    command->add_option("--warmup", arguments->train.warmupSteps, "Warm-up steps")
        ->capture_default_str();
    command->add_option("--weight-decay", arguments->train.weightDecay, "On matrices and tables")
        ->capture_default_str();
    command->add_option("--eval-samples", arguments->train.evalSamples, "Validation samples")
        ->capture_default_str();
    addAidOptions(*command, arguments->aids);
    command->add_option("--lr", arguments->rates, "Learning rates to sweep, 1e-3,3e-3")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--seeds", arguments->seeds, "Seeds per learning rate")
        ->capture_default_str();
    command->add_option("--samples", arguments->samples, "Samples to measure the parent on")
        ->capture_default_str();
    command->add_option("--out", arguments->out, "Folder for table.md, table.csv and runs.json")
        ->required();
    command->add_flag("--resume", arguments->resume, "Go on with the comparison in --out");
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return compare(*arguments, console);
        };
    });
}

} // namespace espalier::cli
