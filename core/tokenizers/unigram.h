// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizers/flat_map.h"
#include "core/tokenizers/vocabulary_model.h"

namespace espalier {

/// Unigram language model (Kudo 2018): of all ways to spell a piece with tokens, the one with the
/// largest sum of log probabilities. Characters without a token cost 10 more than the rarest token,
/// and neighbours among them become one unknown.
class Unigram : public VocabularyModel
{
public:
    /// scores: by token number. `unknown` -1: none.
    Unigram(Vocabulary vocabulary, std::vector<double> scores, TokenId unknown, bool byteFallback);

    void encode(
        std::string_view piece, std::vector<TokenId>& ids, ModelScratch& scratch) const override;
    [[nodiscard]] std::string kind() const override
    {
        return "Unigram";
    }
    [[nodiscard]] std::optional<TokenId> unknown() const override;

private:
    void findPath(std::string_view piece, ModelScratch& scratch) const;
    void appendToken(std::string_view text, std::vector<TokenId>& ids) const;

    FlatMap<std::int32_t> m_children; ///< of the trie, by node << 8 | byte
    std::vector<TokenId> m_tokens; ///< by node
    std::vector<double> m_scores;
    TokenId m_unknown;
    double m_unknownScore;
    bool m_byteFallback;
    ByteTokens m_byteTokens;
};

/// "model" of a tokenizer.json with type Unigram.
[[nodiscard]] Result<std::unique_ptr<TokenModel>> readUnigram(
    ObjectReader& json, const std::string& where);

} // namespace espalier
