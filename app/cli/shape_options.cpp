// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/shape_options.h"

#include "app/cli/data_options.h"
#include "core/architectures/shape_request.h"
#include "core/base/parse_number.h"
#include "core/engine/lasting_names.h"
#include "core/engine/model_source.h"
#include "core/methods/catalog.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier::cli {

bool DestinationOptions::isGiven() const
{
    const bool anySize =
        std::any_of(sizes.begin(), sizes.end(), [](const auto& size) { return size.has_value(); });
    return anySize || !method.empty() || !set.empty() || !measurements.empty()
        || !data.source.empty() || seed != 0;
}

namespace {

std::string helpOf(Size size)
{
    switch (size) {
    case Size::Vocab:
        return "Rows of the token embedding and columns of the head (default: the parent's); fewer "
               "are the first ones, new ones the mean of all";
    case Size::Image:
        return "Height of the images in pixels, the width follows (default: the parent's); "
               "positions are resampled";
    case Size::Positions:
        return "Longest text in tokens (default: the parent's); a table of more is the parent's "
               "over again";
    case Size::Classes:
        return "Classes to tell apart (default: the parent's); the head is drawn anew";
    default:
        return fmt::format(
            "Destination's {} (default: the parent's, or following --hidden)", nameOf(size));
    }
}

} // namespace

void addDestinationOptions(CLI::App& command, DestinationOptions& options)
{
    for (std::size_t i = 0; i < kAllSizes.size(); ++i)
        command
            .add_option(
                fmt::format("--{}", nameOf(kAllSizes[i])), options.sizes[i], helpOf(kAllSizes[i]))
            ->group(isOfTask(kAllSizes[i]) ? "Sizes of the task" : "Shape");
    command.add_option("--method", options.method, "Method id (see: espalier-cli list methods)")
        ->group("Method");
    command
        .add_option("--set", options.set, "A parameter of the method, key=value; may be repeated")
        ->group("Method");
    command.add_option("--seed", options.seed, "Seed of everything random in the method")
        ->group("Method");
    auto* measurements =
        command.add_option("--measurements", options.measurements, "Scores from `measure`")
            ->group("Measuring");
    addDataOptions(command, options.data, "Measuring");
    command.get_option("--data")->excludes(measurements);
    command.add_option("--samples", options.samples, "Samples to measure on")
        ->group("Measuring")
        ->check(CLI::PositiveNumber);
}

ModelShape shapeFrom(
    const DestinationOptions& options, const Method& method, const ModelConfig& parent)
{
    return shapeWith(boundsOf(method, parent), options.sizes);
}

namespace {

/// "layers, hidden or mlp".
std::string listOf(std::span<const Size> sizes)
{
    std::string list;
    for (std::size_t i = 0; i < sizes.size(); ++i)
        list += fmt::format("{}{}",
            i == 0                      ? ""
                : i + 1 == sizes.size() ? " or "
                                        : ", ",
            nameOf(sizes[i]));
    return list;
}

} // namespace

Result<std::vector<std::pair<Size, std::int64_t>>> sizesFrom(
    const std::vector<std::string>& texts, std::span<const Size> known)
{
    std::vector<std::pair<Size, std::int64_t>> sizes;
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        const auto size = std::find_if(known.begin(), known.end(),
            [&](Size candidate) { return nameOf(candidate) == text.substr(0, equals); });
        const auto value = equals == std::string::npos
            ? std::nullopt
            : parseNumber<std::int64_t>(std::string_view(text).substr(equals + 1));
        if (size == known.end() || !value || *value < 1)
            return refused(fmt::format(
                "--shape: found \"{}\", wanted size=number with {}", text, listOf(known)));
        sizes.emplace_back(*size, *value);
    }
    return sizes;
}

Result<ModelShape> shapeFrom(
    const std::vector<std::string>& sizes, const ModelConfig& parent, std::span<const Size> known)
{
    const auto read = sizesFrom(sizes, known);
    if (!read)
        return read.error();
    SizesGiven given;
    for (const auto& [size, value] : *read)
        given[static_cast<std::size_t>(size)] = value;
    return shapeWith(anyShapeOf(parent), given);
}

namespace {

Result<Options> optionsFrom(const std::vector<std::string>& pairs, const Method& method)
{
    Options options;
    for (const std::string& pair : pairs) {
        const std::string key = pair.substr(0, pair.find('='));
        const auto spec = std::find_if(method.options.begin(), method.options.end(),
            [&](const OptionSpec& candidate) { return candidate.key == key; });
        if (pair.find('=') == std::string::npos || spec == method.options.end())
            return refused(fmt::format(
                "--set: found \"{}\", wanted key=value with a key of `list methods`", pair));
        auto value = parseOption(*spec, pair.substr(key.size() + 1));
        if (!value)
            return value.error();
        options[key] = std::move(*value);
    }
    return options;
}

/// How the measurements were, or are to be, made: what makes the recipe repeatable.
Result<MeasureSettings> measureSettingsFrom(const DestinationOptions& options, const Model& parent,
    const std::optional<Measurements>& measurements)
{
    if (measurements)
        return MeasureSettings{.data = {.source = measurements->source,
                                   .sequenceLength = measurements->sequenceLength,
                                   .validationShare = measurements->validationShare,
                                   .textField = measurements->textField,
                                   .tokenizer = measurements->tokenizer,
                                   .skipBroken = measurements->skipBroken},
            .samples = measurements->samples,
            .batch = measurements->batch};
    const auto builtIn = builtInData(parent.config());
    if (options.data.source.empty() && !builtIn)
        return refused(
            "measurements are needed; name data with --data, or scores with --measurements");
    MeasureSettings settings{.data = builtIn.value_or(DataSpec{}), .samples = options.samples};
    if (!options.data.source.empty())
        settings.data = options.data;
    return settings;
}

} // namespace

Result<Recipe> recipeFrom(const DestinationOptions& options, const Model& parent,
    std::string_view parentName, const std::optional<Measurements>& measurements,
    const Progress& progress)
{
    const auto method = methodOf(options.method.empty() ? methods().front().id : options.method);
    if (!method)
        return method.error();
    Recipe recipe;
    recipe.parentPath = lastingName(parentName, parent);
    recipe.shape = askedSizes(parent.config().shape, shapeFrom(options, **method, parent.config()));
    recipe.method = (*method)->id;
    recipe.seed = {options.seed};
    auto given = optionsFrom(options.set, **method);
    if (!given)
        return given.error();
    recipe.options = std::move(*given);
    const auto complete = completeOptions((*method)->options, recipe.options);
    if (!complete)
        return complete.error();
    if ((*method)->needs(*complete).data()) {
        auto settings = measureSettingsFrom(options, parent, measurements);
        if (!settings)
            return settings.error();
        settings->data = lastingNames(std::move(settings->data));
        recipe.measure = std::move(*settings);
    }
    auto hash = parent.weightsHash(progress); // last: it reads all weights
    if (!hash)
        return hash.error();
    recipe.parentHash = std::move(*hash);
    return recipe;
}

Result<std::optional<Measurements>> measurementsFrom(const DestinationOptions& options)
{
    if (options.measurements.empty())
        return std::optional<Measurements>{};
    auto loaded = loadMeasurements(options.measurements);
    if (!loaded)
        return loaded.error();
    return std::optional<Measurements>{std::move(*loaded)};
}

} // namespace espalier::cli
