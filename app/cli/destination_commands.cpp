// SPDX-License-Identifier: GPL-3.0-or-later
//
// Commands that make a destination: plan (the recipe), scale (the weights), export (a trained
// lane).

#include "app/cli/command.h"
#include "app/cli/console.h"
#include "app/cli/shape_options.h"
#include "core/engine/model_source.h"
#include "core/engine/recipe_chain.h"
#include "core/engine/spec_files.h"
#include "core/plan/footprint.h"

#include <fmt/format.h>

namespace espalier::cli {

namespace {

struct PlanArguments
{
    std::string model;
    DestinationOptions destination;
    std::string operators;
    std::string out;
};

/// Where and how weights are written; scale and export share it.
struct ExportOptions
{
    std::string out;
    std::string format = "hf";
    std::string dtype;
    bool recipeOnly = false;
    std::int64_t maxShardBytes = ExportSettings().maxShardBytes;
};

struct ScaleArguments
{
    std::string model;
    DestinationOptions destination;
    std::string recipe;
    std::string operators;
    ExportOptions output;
};

struct ExportArguments
{
    std::string lane;
    ExportOptions output;
};

/// The plan that a command line asks for, measuring the parent if need be; the recipe says the same
/// again.
struct Destination
{
    Recipe recipe;
    PlannedRecipe planned;
};
Result<Destination> makeDestination(const std::string& model, const DestinationOptions& options,
    const std::optional<LearnedOperators>& operators, const Console& console)
{
    const auto parent = openModel(model, console.progress);
    if (!parent)
        return parent.error();
    const auto measurements = measurementsFrom(options);
    if (!measurements)
        return measurements.error();
    auto recipe = recipeFrom(options, *parent, model, *measurements, console.progress);
    if (!recipe)
        return recipe.error();
    auto planned = planRecipeOf(*parent, *recipe, *measurements, console.progress, operators);
    if (!planned)
        return planned.error();
    return Destination{std::move(*recipe), std::move(*planned)};
}

/// --operators, if given.
Result<std::optional<LearnedOperators>> operatorsFrom(const std::string& file)
{
    if (file.empty())
        return std::optional<LearnedOperators>();
    auto loaded = loadOperators(file);
    if (!loaded)
        return loaded.error();
    return std::optional(std::move(*loaded));
}

void addOperatorsOption(CLI::App& command, std::string& file)
{
    command
        .add_option("--operators", file, "operators.h5 of an earlier run, instead of learning them")
        ->group("Method");
}

/// What learning did, if the plan was learned here.
void reportLearning(const PlannedRecipe& planned, const Console& console)
{
    if (!planned.operators || planned.operators->report.losses.empty())
        return;
    const LearningReport& report = planned.operators->report;
    console.clearProgress();
    fmt::print(stderr,
        "operators: {} steps, {:.1f} s, {}FLOPs; batch loss {:.4f} to {:.4f}; |M - M0| {:.3g}, "
        "|M0| {:.3g}\n",
        report.losses.size(), report.seconds, withPrefix(report.flops), report.losses.front(),
        report.losses.back(), report.distance, report.startNorm);
    for (const NeuronNorms& norms : report.norms)
        fmt::print(stderr, "  {} rows: mean norm {:.4g} of old ones, {:.4g} of new ones\n",
            nameOf(norms.label), norms.kept, norms.added);
}

ExportSettings settingsFrom(const ExportOptions& options)
{
    return {.format = options.format == "hdf5" ? ExportFormat::Hdf5 : ExportFormat::HuggingFace,
        .dtype = dtypeFromSafetensorsName(options.dtype),
        .weights = !options.recipeOnly,
        .maxShardBytes = options.maxShardBytes};
}

void addExportOptions(CLI::App& command, ExportOptions& options)
{
    command.add_option("--out", options.out, "Folder to write; must not hold anything yet")
        ->required();
    command
        .add_option("--format", options.format, "hf: Hugging Face folder; hdf5: one .h5 file in it")
        ->check(CLI::IsMember({"hf", "hdf5"}))
        ->capture_default_str();
    command
        .add_option("--dtype", options.dtype,
            "Type of the written weights (default: the parent's; F32 once trained)")
        ->check(CLI::IsMember({"F32", "F16", "BF16"}));
    command
        .add_option("--max-shard-size", options.maxShardBytes,
            "Largest weight file, as 500MB or 5GB; more is split and indexed")
        ->transform(CLI::AsSizeValue(true))
        ->default_str("5GB");
    command.add_flag("--recipe-only", options.recipeOnly, "Config and recipe without weights");
}

Status reportExport(const Result<ExportReport>& report, const Console& console)
{
    if (!report)
        return report.error();
    console.clearProgress();
    fmt::print("{}: {} tensors, {}B, read back equal\n", report->folder.string(), report->tensors,
        withPrefix(static_cast<double>(report->bytes)));
    return {};
}

Status planDestination(const PlanArguments& arguments, const Console& console)
{
    const auto operators = operatorsFrom(arguments.operators);
    if (!operators)
        return operators.error();
    const auto destination =
        makeDestination(arguments.model, arguments.destination, *operators, console);
    if (!destination)
        return destination.error();
    if (const Status written = saveRecipe(destination->recipe, arguments.out); !written)
        return written;
    if (destination->planned.operators)
        if (const Status written = saveOperators(*destination->planned.operators,
                std::filesystem::path(arguments.out).replace_filename("operators.h5"));
            !written)
            return written;
    reportLearning(destination->planned, console);
    const ModelConfig& child = destination->planned.plan.child;
    console.clearProgress();
    fmt::print("{}: {} layers, hidden {}, {} heads, mlp {}; {} parameters\n", arguments.out,
        child.shape.layers, child.shape.hidden, child.shape.heads, child.shape.mlp,
        withPrefix(
            static_cast<double>(footprintOf(child, bytesPerElement(Dtype::F32)).parameters)));
    return {};
}

Status checkScale(const ScaleArguments& arguments)
{
    if (arguments.recipe.empty() == arguments.model.empty()
        || (!arguments.recipe.empty() && arguments.destination.isGiven()))
        return Error{ErrorCode::Usage,
            "scale: wanted either MODEL with a shape and a method, or --recipe alone"};
    if (isRecipeFile(arguments.model) && !arguments.destination.isGiven())
        return Error{ErrorCode::Usage,
            fmt::format("scale: found the recipe {} as MODEL, wanted --recipe {} for its own "
                        "destination, or a shape and a method for another one made from that",
                arguments.model, arguments.model)};
    return {};
}

Status scaleDestination(const ScaleArguments& arguments, const Console& console)
{
    if (const Status sound = checkScale(arguments); !sound)
        return sound;
    const auto operators = operatorsFrom(arguments.operators);
    if (!operators)
        return operators.error();
    std::optional<Destination> destination;
    if (arguments.recipe.empty()) {
        auto made = makeDestination(arguments.model, arguments.destination, *operators, console);
        if (!made)
            return made.error();
        destination = std::move(*made);
    } else {
        auto loaded = loadRecipe(arguments.recipe);
        if (!loaded)
            return loaded.error();
        auto planned = planRecipe(*loaded, std::nullopt, console.progress, *operators);
        if (!planned)
            return planned.error();
        destination = Destination{std::move(*loaded), std::move(*planned)};
    }
    const PlannedRecipe& planned = destination->planned;
    reportLearning(planned, console);
    ExportSettings settings = settingsFrom(arguments.output);
    if (planned.operators)
        settings.operators = std::make_shared<const LearnedOperators>(*planned.operators);
    return reportExport(exportScaled(planned.parent, planned.plan, destination->recipe,
                            arguments.output.out, settings, console.progress),
        console);
}

Status writeLane(const ExportArguments& arguments, const Console& console)
{
    return reportExport(exportLane(arguments.lane, arguments.output.out,
                            settingsFrom(arguments.output), console.progress),
        console);
}

} // namespace

void addPlanCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<PlanArguments>();
    CLI::App* command = app.add_subcommand("plan", "Writes the recipe of a destination");
    command->add_option("MODEL", arguments->model, kModelHelp)->required();
    addDestinationOptions(*command, arguments->destination);
    addOperatorsOption(*command, arguments->operators);
    command->add_option("--out", arguments->out, "recipe.json to write")->required();
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return planDestination(*arguments, console);
        };
    });
}

void addScaleCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<ScaleArguments>();
    CLI::App* command = app.add_subcommand("scale", "Writes the destination's untrained weights");
    command->add_option("MODEL", arguments->model, kModelHelp);
    command->add_option(
        "--recipe", arguments->recipe, "A recipe instead of MODEL, shape and method");
    addDestinationOptions(*command, arguments->destination);
    addOperatorsOption(*command, arguments->operators);
    addExportOptions(*command, arguments->output);
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return scaleDestination(*arguments, console);
        };
    });
}

void addExportCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<ExportArguments>();
    CLI::App* command =
        app.add_subcommand("export", "Writes the weights that a lane of a run has reached");
    command->add_option("LANE", arguments->lane, "RUN/LANE")->required();
    addExportOptions(*command, arguments->output);
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return writeLane(*arguments, console);
        };
    });
}

} // namespace espalier::cli
