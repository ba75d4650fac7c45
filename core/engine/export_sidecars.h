// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/result.h"
#include "core/recipe/recipe.h"

#include <filesystem>
#include <string>

namespace espalier {

/// What lies beside weights so that stock tools turn text or pictures into input: files of the parent's folder are
/// carried over; where it has none, byte models get a tokenizer and image models a processor of ours.
/// Errors: Refused (a file that cannot be read), Resource.
[[nodiscard]] Status writeInputFiles(
    const ModelConfig& config, const std::filesystem::path& parentFolder, const std::filesystem::path& out);

/// tokenizer.json of a byte-level BPE without merges: the id of every token is the byte's value.
[[nodiscard]] std::string byteTokenizerJson();

/// README.md: what the model is and how it was made. `recipe` may be null.
[[nodiscard]] std::string modelCard(const ModelConfig& config, const Recipe* recipe, const std::string& name);

} // namespace espalier
