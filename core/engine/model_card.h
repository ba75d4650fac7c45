// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/dtype.h"
#include "core/engine/session.h"
#include "core/recipe/recipe.h"

#include <string>

namespace espalier {

/// What a model card tells about an export.
struct CardFacts
{
    std::string name; ///< the export folder's
    ModelConfig config;
    Recipe recipe;
    Dtype dtype = Dtype::F32;
    ExportFormat format = ExportFormat::HuggingFace;
    bool weights = true;
    bool tokenizer = false; ///< tokenizer files are in the folder
};

/// README.md of an export: YAML front matter as the Hugging Face hub reads it, provenance, shape
/// and how to load it.
[[nodiscard]] std::string modelCard(const CardFacts& facts);

} // namespace espalier
