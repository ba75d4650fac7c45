// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/dtype.h"
#include "core/engine/session.h"
#include "core/recipe/recipe.h"

#include <filesystem>
#include <optional>
#include <string>

namespace espalier {

/// What a lane was trained with, up to the checkpoint that is exported.
struct TrainingFacts
{
    std::int64_t steps = 0;
    std::string data; ///< as the command line names it
    std::optional<double> validationLoss;
    std::vector<GrowthStage> growth = {}; ///< stages that it went through
};

/// What a model card tells about an export.
struct CardFacts
{
    std::string name; ///< the export folder's
    ModelConfig config;
    std::optional<Recipe> recipe;
    std::filesystem::path parent; ///< folder of the model that the weights were made of; may be
                                  ///< empty
    std::optional<TrainingFacts> training; ///< none: the weights are as they were made
    Dtype dtype = Dtype::F32;
    ExportFormat format = ExportFormat::HuggingFace;
    bool weights = true;
    bool tokenizer = false; ///< tokenizer files are in the folder
};

/// README.md of an export: YAML front matter as the Hugging Face hub reads it, provenance, shape
/// and how to load it.
[[nodiscard]] std::string modelCard(const CardFacts& facts);

} // namespace espalier
