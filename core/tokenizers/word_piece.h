// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizers/vocabulary_model.h"

namespace espalier {

/// BERT's pieces (Devlin et al. 2019): the longest token that a word begins with, then the longest
/// that goes on with the rest ("##ing"), and so on; a word that cannot be spelt is unknown as a
/// whole.
class WordPiece : public VocabularyModel
{
public:
    WordPiece(Vocabulary vocabulary, std::string unknownToken, std::string continuingPrefix,
        std::int64_t longestWord);

    void encode(
        std::string_view piece, std::vector<TokenId>& ids, ModelScratch& scratch) const override;
    [[nodiscard]] std::string kind() const override
    {
        return "WordPiece";
    }
    [[nodiscard]] std::optional<TokenId> unknown() const override;

private:
    bool spell(std::string_view word, std::vector<TokenId>& ids, std::string& rest) const;

    TokenId m_unknown;
    std::string m_continuingPrefix;
    std::int64_t m_longestWord; ///< in characters
};

/// "model" of a tokenizer.json with type WordPiece.
[[nodiscard]] Result<std::unique_ptr<TokenModel>> readWordPiece(
    ObjectReader& json, const std::string& where);

} // namespace espalier
