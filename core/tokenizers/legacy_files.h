// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizers/tokenizer_config.h"

#include <nlohmann/json_fwd.hpp>

namespace espalier {

// Tokenizers from before tokenizer.json, as the tokenizer.json that transformers makes of them.

/// vocab.json and merges.txt: byte-level BPE of GPT-2 (OPT), RoBERTa and Qwen2.
/// Errors: Refused: broken files, other classes.
[[nodiscard]] Result<nlohmann::json> byteLevelBpeJson(
    const std::filesystem::path& folder, TokenizerConfig& config);

/// vocab.txt: BERT's WordPiece, with the settings of tokenizer_config.json.
/// Errors: Refused: broken files, other classes, settings that no tokenizer.json can say.
[[nodiscard]] Result<nlohmann::json> wordPieceJson(
    const std::filesystem::path& folder, TokenizerConfig& config);

} // namespace espalier
