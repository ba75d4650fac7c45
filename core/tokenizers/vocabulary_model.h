// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/json_reader.h"
#include "core/tokenizers/token_model.h"
#include "core/tokenizers/vocabulary.h"

#include <array>

namespace espalier {

/// A model whose tokens are listed in the file itself.
class VocabularyModel : public TokenModel
{
public:
    explicit VocabularyModel(Vocabulary vocabulary)
        : m_vocabulary(std::move(vocabulary))
    {
    }
    [[nodiscard]] TokenId find(std::string_view token) const override
    {
        return m_vocabulary.find(token);
    }
    [[nodiscard]] std::string_view text(TokenId id) const override
    {
        return m_vocabulary.text(id);
    }
    [[nodiscard]] std::int64_t size() const override
    {
        return static_cast<std::int64_t>(m_vocabulary.size());
    }
    [[nodiscard]] std::int64_t end() const override
    {
        return m_vocabulary.end();
    }
    [[nodiscard]] const Vocabulary& vocabulary() const
    {
        return m_vocabulary;
    }

private:
    Vocabulary m_vocabulary;
};

/// The tokens that stand for single bytes: "<0x00>" … "<0xFF>"; kNoToken where one is missing.
using ByteTokens = std::array<TokenId, 256>;
[[nodiscard]] ByteTokens byteTokensOf(const Vocabulary& vocabulary);
/// Appends a text's bytes as tokens; false, and nothing is appended, if one of them has none.
[[nodiscard]] bool appendBytes(
    const ByteTokens& tokens, std::string_view text, std::vector<TokenId>& ids);

/// "vocab" as an object from text to number. Errors: Refused.
[[nodiscard]] Result<Vocabulary> readVocabulary(ObjectReader& json, const std::string& where);

} // namespace espalier
