// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/word_piece.h"

#include "core/tokenizers/unicode_text.h"

#include <algorithm>
#include <stdexcept>

namespace espalier {

namespace {

constexpr bool continuesCharacter(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80;
}

std::int64_t charactersIn(std::string_view text)
{
    return std::count_if(
        text.begin(), text.end(), [](char byte) { return !continuesCharacter(byte); });
}

} // namespace

WordPiece::WordPiece(Vocabulary vocabulary, std::string unknownToken, std::string continuingPrefix,
    std::int64_t longestWord)
    : VocabularyModel(std::move(vocabulary))
    , m_unknown(find(unknownToken))
    , m_continuingPrefix(std::move(continuingPrefix))
    , m_longestWord(longestWord)
{
}

std::optional<TokenId> WordPiece::unknown() const
{
    return m_unknown == Vocabulary::kNoToken ? std::nullopt : std::optional(m_unknown);
}

void WordPiece::encode(
    std::string_view piece, std::vector<TokenId>& ids, ModelScratch& scratch) const
{
    const std::size_t before = ids.size();
    if (charactersIn(piece) <= m_longestWord && spell(piece, ids, scratch.text))
        return;
    if (m_unknown == Vocabulary::kNoToken)
        throw std::runtime_error("the text needs the tokenizer's unknown token, which is not in "
                                 "its vocabulary");
    ids.resize(before);
    ids.push_back(m_unknown);
}

/// False if no token fits somewhere.
bool WordPiece::spell(std::string_view word, std::vector<TokenId>& ids, std::string& rest) const
{
    rest.assign(word);
    std::size_t prefix = 0; // bytes of `rest` that are not of the word
    while (rest.size() > prefix) {
        std::size_t length = std::min(rest.size(), vocabulary().longest());
        TokenId id = Vocabulary::kNoToken;
        for (; length > prefix; --length) {
            if (length < rest.size() && continuesCharacter(rest[length]))
                continue;
            id = find(std::string_view(rest).substr(0, length));
            if (id != Vocabulary::kNoToken)
                break;
        }
        if (id == Vocabulary::kNoToken)
            return false;
        ids.push_back(id);
        rest.replace(0, length, m_continuingPrefix);
        prefix = m_continuingPrefix.size();
    }
    return true;
}

Result<std::unique_ptr<TokenModel>> readWordPiece(ObjectReader& json, const std::string& where)
{
    const std::string unknown = json.requiredString("unk_token");
    const std::string prefix = json.requiredString("continuing_subword_prefix");
    const std::int64_t longest =
        json.optionalInteger("max_input_chars_per_word", 1, 1 << 20).value_or(100);
    Result<Vocabulary> vocabulary = readVocabulary(json, where);
    if (!vocabulary)
        return vocabulary.error();
    return std::unique_ptr<TokenModel>(
        std::make_unique<WordPiece>(*std::move(vocabulary), unknown, prefix, longest));
}

} // namespace espalier
