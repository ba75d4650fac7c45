// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizers/flat_map.h"
#include "core/tokenizers/vocabulary_model.h"

namespace espalier {

struct BpeSettings
{
    bool byteLevel = false; ///< the vocabulary spells bytes (core/tokenizers/byte_level.h)
    bool byteFallback = false; ///< characters without a token become "<0x..>" tokens
    bool fuseUnknown = false; ///< neighbours without a token become one unknown
    bool ignoreMerges = false; ///< a piece that is a token is that token
    std::optional<std::string> unknownToken = std::nullopt; ///< none: such characters vanish
    std::string continuingPrefix; ///< in front of every character but a piece's first
    std::string endSuffix; ///< behind a piece's last character
};

/// What two tokens become, and how early (lower is earlier).
struct MergeRule
{
    std::uint32_t rank = 0;
    TokenId id = 0;
};
using MergeRules = FlatMap<MergeRule>; ///< by left << 32 | right

/// Byte-pair encoding (Sennrich et al. 2016): characters or bytes, joined pair by pair, the pair of
/// lowest rank first, the leftmost of equal ones first.
class Bpe : public VocabularyModel
{
public:
    Bpe(Vocabulary vocabulary, MergeRules merges, BpeSettings settings);

    void encode(
        std::string_view piece, std::vector<TokenId>& ids, ModelScratch& scratch) const override;
    [[nodiscard]] std::string kind() const override
    {
        return m_settings.byteLevel ? "byte-level BPE" : "BPE";
    }
    [[nodiscard]] std::optional<TokenId> unknown() const override;

private:
    [[nodiscard]] TokenId wholeToken(std::string_view piece, std::string& spelled) const;
    void readBytes(std::string_view piece, ModelScratch& scratch) const;
    void readCharacters(std::string_view piece, ModelScratch& scratch) const;
    void addFallback(std::string_view character, bool& pendingUnknown, ModelScratch& scratch) const;
    void joinPairs(ModelScratch& scratch) const;
    void offer(std::int32_t left, ModelScratch& scratch) const;
    [[nodiscard]] TokenId requiredUnknown() const;

    MergeRules m_merges;
    BpeSettings m_settings;
    ByteTokens m_byteTokens; ///< of bytes themselves, or of the fallback
    TokenId m_unknown = Vocabulary::kNoToken;
};

/// "model" of a tokenizer.json with type BPE.
[[nodiscard]] Result<std::unique_ptr<TokenModel>> readBpe(
    ObjectReader& json, bool byteLevel, const std::string& where);

} // namespace espalier
