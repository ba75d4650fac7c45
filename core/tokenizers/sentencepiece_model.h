// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizers/tokenizer_config.h"
#include "core/tokenizers/tokenizer_impl.h"

namespace espalier {

/// tokenizer.model, run by the sentencepiece library, with the conventions of Llama's (Mistral's)
/// and Gemma's tokenizers: numbers as in the file, the model's own control tokens where the text
/// spells them, <bos> in front unless tokenizer_config.json says otherwise.
/// Errors: Refused: broken file, other families, "legacy": false.
[[nodiscard]] Result<std::shared_ptr<Tokenizer::Impl>> readSentencePiece(
    const std::filesystem::path& folder, TokenizerConfig& config);

} // namespace espalier
