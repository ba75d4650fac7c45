// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/result.h"
#include "core/data/text_encoding.h"
#include "core/tokenizers/tokenizer.h"

#include <filesystem>
#include <optional>

namespace espalier {

/// A tokenizer as datasets use it: its end token (of text, else of a sentence) between documents,
/// and for models other than causal ones [CLS] and [SEP] around each window.
[[nodiscard]] TextEncoding encodingOf(
    const Tokenizer& tokenizer, std::string hash, const ModelConfig& config);

/// The encoding of the tokenizer in a model's folder. Nothing if there is none, or if it makes each
/// byte its own token and the model has no others, which needs no tokenizer.
/// Errors: as openTokenizer; Refused if its numbers have no row in the model's embedding.
[[nodiscard]] Result<std::optional<TextEncoding>> encodingIn(
    const std::filesystem::path& folder, const ModelConfig& config);

/// Bytes as the first 256 tokens of a larger vocabulary.
[[nodiscard]] TextEncoding byteEncoding(std::int64_t vocab);

} // namespace espalier
