// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model.h"
#include "core/plan/learned_operators.h"
#include "core/plan/measurements.h"
#include "core/recipe/recipe.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// A data source that DATA may name, for lists and completion.
struct DatasetInfo
{
    std::string_view id; ///< "demo:garden", "text", …
    std::string_view title;
    std::string_view accepts; ///< what DATA looks like
    std::string_view kind; ///< "text", "images"
};
[[nodiscard]] std::vector<DatasetInfo> datasetCatalog();

/// Data that suit a model without asking anybody: demo:garden for byte language models, demo:glyphs
/// for 32 x 32 images. Nothing if no built-in data fit (vocabulary, image size).
[[nodiscard]] std::optional<DataSpec> builtInData(const ModelConfig& config);

struct Evaluation
{
    double loss = 0; ///< mean cross-entropy, nats per token or image
    std::optional<double> accuracy; ///< image classification
    double chance = 0; ///< loss of the uniform guess: ln(vocab) or ln(classes)
    std::optional<double> floor; ///< entropy of the data, where the generator knows it
    std::int64_t tokens = 0; ///< predicted tokens, or images
};

/// What a pass keeps of the model in memory. Its results are the same, bit for bit.
enum class WeightsHeld
{
    AsMemoryAllows, ///< all weights, or, if they do not fit and lie in files, one block at a time
    OneBlock ///< and what belongs to no block
};

/// Loss on the first `samples` validation samples of the data (0: all). Errors: Refused for data
/// without labels and for OneBlock without files; Resource, with need and have, if memory is too
/// small.
[[nodiscard]] Result<Evaluation> evaluate(const Model& model, const DataSpec& data,
    std::int64_t samples, const Progress& progress = {},
    WeightsHeld held = WeightsHeld::AsMemoryAllows);

/// One pass over training samples for the settings' measurements. Errors: Refused for an unknown
/// id, for data without labels that a measurement asked for needs, and for OneBlock
/// without files; Resource, with need and have, if memory is too small.
[[nodiscard]] Result<Measurements> measure(const Model& model, const MeasureSettings& settings,
    const Progress& progress = {}, WeightsHeld held = WeightsHeld::AsMemoryAllows);

/// The same, or what it came to when the same weights were measured on the same samples before,
/// kept in the user's cache folder (core/storage/measurement_cache.h).
[[nodiscard]] Result<Measurements> measureOnce(
    const Model& model, const MeasureSettings& settings, const Progress& progress = {});

[[nodiscard]] Status saveMeasurements(
    const Measurements& measurements, const std::filesystem::path& file);
[[nodiscard]] Result<Measurements> loadMeasurements(const std::filesystem::path& file);

/// Runs the model on a safetensors file of inputs (`input_ids` and, if padded, `attention_mask`, or
/// `pixel_values`) and writes `logits` and, on request, `hidden_states.0` … as transformers numbers
/// them (the last one after the final norm for language models; before it for classes of images).
/// Errors: as evaluate().
[[nodiscard]] Status forwardFile(const Model& model, const std::filesystem::path& input,
    const std::filesystem::path& output, bool hiddenStates, const Progress& progress = {},
    WeightsHeld held = WeightsHeld::AsMemoryAllows);

[[nodiscard]] Status saveOperators(
    const LearnedOperators& operators, const std::filesystem::path& file);
[[nodiscard]] Result<LearnedOperators> loadOperators(const std::filesystem::path& file);

/// Opens a recipe's parent (relative paths start at `recipeFolder`), compares its hash, measures if
/// the method needs it (what it needs and what the recipe names; settings from the recipe, else the
/// built-in data), plans, and learns the plan's operators if the method wants that: on the same
/// data, or not again if `operators` are given. Refused if those are of another parent, method or
/// shape.
struct PlannedRecipe
{
    Model parent;
    TransferPlan plan;
    std::optional<Measurements> measurements;
    std::optional<LearnedOperators> operators; ///< that the plan holds, if it was learned
};
[[nodiscard]] Result<PlannedRecipe> planRecipe(const Recipe& recipe,
    const std::optional<Measurements>& measurements = std::nullopt, const Progress& progress = {},
    const std::optional<LearnedOperators>& operators = std::nullopt);
/// The same with a parent that is open already; the recipe's path is not looked at.
[[nodiscard]] Result<PlannedRecipe> planRecipeOf(const Model& parent, const Recipe& recipe,
    const std::optional<Measurements>& measurements = std::nullopt, const Progress& progress = {},
    const std::optional<LearnedOperators>& operators = std::nullopt);

enum class ExportFormat
{
    HuggingFace,
    Hdf5
};
struct ExportSettings
{
    ExportFormat format = ExportFormat::HuggingFace;
    std::optional<Dtype> dtype; ///< none: the parent's, fp32 for trained weights
    bool weights = true; ///< false: config and recipe alone
    std::int64_t maxShardBytes = 5'000'000'000; ///< more than that are written as several files
    std::shared_ptr<const LearnedOperators> operators = nullptr; ///< go along as operators.h5
};
struct ExportReport
{
    std::filesystem::path folder;
    std::int64_t bytes = 0;
    std::int64_t tensors = 0; ///< read back and found equal, bit for bit in the written type
};
/// Writes a sibling, reads it back, compares every tensor, renames it into place. Refused if `out`
/// exists and is not an empty folder; Resource, with need and have, if disk or memory is too small.
/// `recipe` (if any) goes along as recipe.json; a model card says where the weights come from.
/// Tokenizer and processor files of the parent's folder are carried over, and byte models get a
/// tokenizer.json that stock tools load.
[[nodiscard]] Result<ExportReport> exportModel(const Model& model, const Recipe* recipe,
    const std::filesystem::path& out, const ExportSettings& settings,
    const Progress& progress = {});

/// Executes a plan and exports the result: the same files as exportModel(scaleModel(…)), made one
/// tensor at a time while the parent stays in its files, so that memory for a few copies of the
/// largest tensor is enough. (An .h5 needs the whole model.)
[[nodiscard]] Result<ExportReport> exportScaled(const Model& parent, const TransferPlan& plan,
    const Recipe& recipe, const std::filesystem::path& out, const ExportSettings& settings,
    const Progress& progress = {});

/// Exports what a lane of a run (RUN/LANE) has reached, with its recipe if it has one.
[[nodiscard]] Result<ExportReport> exportLane(const std::filesystem::path& laneFolder,
    const std::filesystem::path& out, const ExportSettings& settings,
    const Progress& progress = {});

} // namespace espalier
