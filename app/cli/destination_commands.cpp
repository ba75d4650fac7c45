// SPDX-License-Identifier: GPL-3.0-or-later
//
// Commands that make a destination: plan (the recipe), scale (the weights), export (a trained
// lane).

#include "app/cli/command.h"
#include "app/cli/console.h"
#include "app/cli/shape_options.h"
#include "core/engine/race.h"
#include "core/engine/spec_files.h"
#include "core/plan/footprint.h"

#include <fmt/format.h>

namespace espalier::cli {

namespace {

struct PlanArguments
{
    std::string model;
    DestinationOptions destination;
    std::string out;
};

struct ScaleArguments
{
    std::string model;
    DestinationOptions destination;
    std::string recipe;
    std::string out;
    std::string format = "hf";
    bool recipeOnly = false;
};

struct ExportArguments
{
    std::string lane;
    std::string out;
    std::string format = "hf";
    bool recipeOnly = false;
};

/// The plan that a command line asks for, measuring the parent if need be; the recipe says the same
/// again.
struct Destination
{
    Recipe recipe;
    PlannedRecipe planned;
};
Result<Destination> makeDestination(
    const std::string& model, const DestinationOptions& options, const Console& console)
{
    const auto parent = Model::open(model, console.progress);
    if (!parent)
        return parent.error();
    const auto measurements = measurementsFrom(options);
    if (!measurements)
        return measurements.error();
    auto recipe = recipeFrom(options, *parent, model, *measurements, console.progress);
    if (!recipe)
        return recipe.error();
    auto planned = planRecipe(*recipe, {}, *measurements, console.progress);
    if (!planned)
        return planned.error();
    return Destination{std::move(*recipe), std::move(*planned)};
}

ExportSettings exportSettings(const std::string& format, bool recipeOnly)
{
    return {.format = format == "hdf5" ? ExportFormat::Hdf5 : ExportFormat::HuggingFace,
        .dtype = std::nullopt,
        .weights = !recipeOnly};
}

void addExportOptions(CLI::App& command, std::string& out, std::string& format, bool& recipeOnly)
{
    command.add_option("--out", out, "Folder to write; must not hold anything yet")->required();
    command.add_option("--format", format, "hf: Hugging Face folder; hdf5: one .h5 file in it")
        ->check(CLI::IsMember({"hf", "hdf5"}))
        ->capture_default_str();
    command.add_flag("--recipe-only", recipeOnly, "Config and recipe without weights");
}

Status writeExport(const Model& model, const Recipe* recipe, const std::string& out,
    const ExportSettings& settings, const Console& console)
{
    const auto report = exportModel(model, recipe, out, settings, console.progress);
    if (!report)
        return report.error();
    console.clearProgress();
    fmt::print("{}: {} tensors, {}B, read back equal (largest difference {:g})\n",
        report->folder.string(), report->tensors, withPrefix(static_cast<double>(report->bytes)),
        report->largestDifference);
    return {};
}

Status planDestination(const PlanArguments& arguments, const Console& console)
{
    const auto destination = makeDestination(arguments.model, arguments.destination, console);
    if (!destination)
        return destination.error();
    if (const Status written = saveRecipe(destination->recipe, arguments.out); !written)
        return written;
    const ModelConfig& child = destination->planned.plan.child;
    console.clearProgress();
    fmt::print("{}: {} layers, hidden {}, {} heads, mlp {}; {} parameters\n", arguments.out,
        child.shape.layers, child.shape.hidden, child.shape.heads, child.shape.mlp,
        withPrefix(
            static_cast<double>(footprintOf(child, bytesPerElement(Dtype::F32)).parameters)));
    return {};
}

Status scaleDestination(const ScaleArguments& arguments, const Console& console)
{
    if (arguments.recipe.empty() == arguments.model.empty()
        || (!arguments.recipe.empty() && arguments.destination.isGiven()))
        return Error{ErrorCode::Usage,
            "scale: wanted either MODEL with a shape and a method, or --recipe alone"};
    std::optional<Destination> destination;
    if (arguments.recipe.empty()) {
        auto made = makeDestination(arguments.model, arguments.destination, console);
        if (!made)
            return made.error();
        destination = std::move(*made);
    } else {
        auto loaded = loadRecipe(arguments.recipe);
        if (!loaded)
            return loaded.error();
        auto planned = planRecipe(*loaded, {}, std::nullopt, console.progress);
        if (!planned)
            return planned.error();
        destination = Destination{std::move(*loaded), std::move(*planned)};
    }
    const auto scaled =
        scaleModel(destination->planned.parent, destination->planned.plan, console.progress);
    if (!scaled)
        return scaled.error();
    return writeExport(*scaled, &destination->recipe, arguments.out,
        exportSettings(arguments.format, arguments.recipeOnly), console);
}

Status exportLane(const ExportArguments& arguments, const Console& console)
{
    const auto model = openLane(arguments.lane);
    if (!model)
        return model.error();
    const auto recipe = recipeOfLane(arguments.lane);
    if (!recipe)
        return recipe.error();
    return writeExport(*model, *recipe ? &**recipe : nullptr, arguments.out,
        exportSettings(arguments.format, arguments.recipeOnly), console);
}

} // namespace

void addPlanCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<PlanArguments>();
    CLI::App* command = app.add_subcommand("plan", "Writes the recipe of a destination");
    command->add_option("MODEL", arguments->model, "Parent's folder")->required();
    addDestinationOptions(*command, arguments->destination);
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
    command->add_option("MODEL", arguments->model, "Parent's folder");
    command->add_option(
        "--recipe", arguments->recipe, "A recipe instead of MODEL, shape and method");
    addDestinationOptions(*command, arguments->destination);
    addExportOptions(*command, arguments->out, arguments->format, arguments->recipeOnly);
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
    addExportOptions(*command, arguments->out, arguments->format, arguments->recipeOnly);
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return exportLane(*arguments, console);
        };
    });
}

} // namespace espalier::cli
