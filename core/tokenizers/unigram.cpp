// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/unigram.h"

#include "core/tokenizers/unicode_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace espalier {

namespace {

constexpr double kUnknownPenalty = 10;
constexpr std::int32_t kNotReached = -1;

std::uint64_t edgeOf(std::int32_t node, char byte)
{
    return (static_cast<std::uint64_t>(node) << 8) | static_cast<unsigned char>(byte);
}

} // namespace

Unigram::Unigram(
    Vocabulary vocabulary, std::vector<double> scores, TokenId unknown, bool byteFallback)
    : VocabularyModel(std::move(vocabulary))
    , m_tokens(1, Vocabulary::kNoToken)
    , m_scores(std::move(scores))
    , m_unknown(unknown)
    , m_unknownScore(*std::min_element(m_scores.begin(), m_scores.end()) - kUnknownPenalty)
    , m_byteFallback(byteFallback)
    , m_byteTokens(byteTokensOf(this->vocabulary()))
{
    for (TokenId id = 0; id < end(); ++id) {
        std::int32_t node = 0;
        for (const char byte : text(id)) {
            std::int32_t& child = m_children[edgeOf(node, byte)];
            if (child == 0) {
                child = static_cast<std::int32_t>(m_tokens.size());
                m_tokens.push_back(Vocabulary::kNoToken);
            }
            node = child;
        }
        m_tokens[static_cast<std::size_t>(node)] = id;
    }
    m_tokens[0] = Vocabulary::kNoToken; // an empty token spells nothing
}

std::optional<TokenId> Unigram::unknown() const
{
    return m_unknown < 0 ? std::nullopt : std::optional(m_unknown);
}

/// Viterbi: path[end] holds the last token of the best spelling of the first `end` bytes.
void Unigram::findPath(std::string_view piece, ModelScratch& scratch) const
{
    std::vector<ModelScratch::PathNode>& path = scratch.path;
    path.assign(piece.size() + 1, {.score = 0, .from = kNotReached, .id = m_unknown});
    const auto offer = [&](std::size_t begin, std::size_t end, double score, TokenId id) {
        ModelScratch::PathNode& node = path[end];
        const double total = score + path[begin].score;
        if (node.from == kNotReached || total > node.score)
            node = {.score = total, .from = static_cast<std::int32_t>(begin), .id = id};
    };
    for (std::size_t begin = 0; begin < piece.size();) {
        const std::size_t characterEnd = begin + bytesOfCharacter(piece[begin]);
        bool hasCharacter = false;
        std::int32_t node = 0;
        for (std::size_t end = begin; end < piece.size();) {
            const std::int32_t* child = m_children.find(edgeOf(node, piece[end]));
            if (!child)
                break;
            node = *child;
            ++end;
            if (const TokenId id = m_tokens[static_cast<std::size_t>(node)]; id >= 0) {
                offer(begin, end, m_scores[static_cast<std::size_t>(id)], id);
                hasCharacter = hasCharacter || end == characterEnd;
            }
        }
        if (!hasCharacter) {
            if (m_unknown < 0)
                throw std::runtime_error("the text needs an unknown token, which the tokenizer "
                                         "does not have");
            offer(begin, characterEnd, m_unknownScore, m_unknown);
        }
        begin = characterEnd;
    }
}

void Unigram::encode(std::string_view piece, std::vector<TokenId>& ids, ModelScratch& scratch) const
{
    findPath(piece, scratch);
    // Walks back, turns the chain around in `from`, and appends from left to right.
    std::vector<ModelScratch::PathNode>& path = scratch.path;
    std::int32_t next = kNotReached;
    for (auto end = static_cast<std::int32_t>(piece.size()); end != kNotReached;) {
        ModelScratch::PathNode& node = path[static_cast<std::size_t>(end)];
        const std::int32_t from = end == 0 ? kNotReached : node.from;
        node.from = next;
        next = end;
        end = from;
    }
    for (std::int32_t at = 0; path[static_cast<std::size_t>(at)].from != kNotReached;) {
        const std::int32_t begin = at;
        at = path[static_cast<std::size_t>(at)].from;
        if (const TokenId id = path[static_cast<std::size_t>(at)].id; id != m_unknown) {
            ids.push_back(id);
            continue;
        }
        for (std::int32_t further = path[static_cast<std::size_t>(at)].from;
             further != kNotReached && path[static_cast<std::size_t>(further)].id == m_unknown;
             further = path[static_cast<std::size_t>(at)].from)
            at = further;
        appendToken(
            piece.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin)),
            ids);
    }
}

/// What the path calls unknown: a token all the same, or bytes, or the unknown token.
void Unigram::appendToken(std::string_view text, std::vector<TokenId>& ids) const
{
    if (const TokenId id = find(text); id != Vocabulary::kNoToken)
        ids.push_back(id);
    else if (!m_byteFallback || !appendBytes(m_byteTokens, text, ids))
        ids.push_back(m_unknown);
}

Result<std::unique_ptr<TokenModel>> readUnigram(ObjectReader& json, const std::string& where)
{
    const nlohmann::json* const tokens = json.anything("vocab");
    if (!tokens || !tokens->is_array() || tokens->empty()
        || tokens->size() > static_cast<std::size_t>(Vocabulary::kMaxTokens))
        return refused(where + ": model.vocab: wanted an array of tokens and their scores");
    Vocabulary vocabulary;
    std::vector<double> scores;
    for (const nlohmann::json& token : *tokens) {
        if (!token.is_array() || token.size() != 2 || !token[0].is_string() || !token[1].is_number()
            || !std::isfinite(token[1].get<double>()))
            return refused(fmt::format(
                "{}: model.vocab[{}]: wanted a token and its score", where, scores.size()));
        vocabulary.add(token[0].get_ref<const std::string&>(), static_cast<TokenId>(scores.size()));
        scores.push_back(token[1].get<double>());
    }
    const auto last = static_cast<std::int64_t>(scores.size()) - 1;
    const auto unknown = json.optionalInteger("unk_id", 0, last).value_or(-1);
    return std::unique_ptr<TokenModel>(
        std::make_unique<Unigram>(std::move(vocabulary), std::move(scores),
            static_cast<TokenId>(unknown), json.optionalBool("byte_fallback").value_or(false)));
}

} // namespace espalier
