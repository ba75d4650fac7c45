// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizers/added_tokens.h"

#include <array>
#include <map>

namespace espalier {

/// Tokens that have a role, in the order in which transformers adds those that a vocabulary lacks.
inline constexpr std::array<const char*, 7> kTokenRoles = {
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"};

/// What tokenizer_config.json, special_tokens_map.json, added_tokens.json and config.json say about
/// a tokenizer. Files may be missing.
struct TokenizerConfig
{
    std::string tokenizerClass; ///< without "Fast"; empty: no file says
    std::string modelType; ///< config.json's; empty likewise
    std::map<std::string, std::string, std::less<>> roles; ///< "bos_token" → "<s>"
    std::vector<AddedToken> added; ///< with numbers of their own
    std::optional<bool> lowercase;
    std::optional<bool> stripAccents;
    bool ideographs = true;
    bool basicTokenize = true;
    bool neverSplit = false; ///< names words that are never split
    bool prefixSpace = false;
    std::optional<bool> addBos;
    std::optional<bool> addEos;
    bool legacy = true;

    /// Errors: Refused: broken files, values of other types.
    [[nodiscard]] static Result<TokenizerConfig> read(const std::filesystem::path& folder);

    /// The text of a role; empty if it has none.
    [[nodiscard]] std::string role(std::string_view name) const;
};

} // namespace espalier
