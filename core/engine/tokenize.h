// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// The tokenizer of a model's folder, in words.
struct TokenizerInfo
{
    std::string kind; ///< "byte-level BPE", "WordPiece", …
    std::string file; ///< "tokenizer.json", …
    std::int64_t tokens = 0; ///< largest token number + 1
};
/// Nothing if the folder has none. Errors: Refused if it has one that cannot be read.
[[nodiscard]] Result<std::optional<TokenizerInfo>> tokenizerOf(const std::filesystem::path& folder);

struct TokenizedText
{
    std::vector<std::int32_t> ids;
    std::vector<std::string> pieces; ///< as the vocabulary spells them
    std::string decoded; ///< the text that the tokens give back
};
/// Errors: Refused as core/tokenizers/tokenizer.h says, and if the folder has no tokenizer.
[[nodiscard]] Result<TokenizedText> tokenize(
    const std::filesystem::path& folder, std::string_view text, bool specialTokens);

/// The same for the contents of a text file of at most 1 GiB.
[[nodiscard]] Result<TokenizedText> tokenizeFile(
    const std::filesystem::path& folder, const std::filesystem::path& file, bool specialTokens);

} // namespace espalier
