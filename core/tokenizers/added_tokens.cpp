// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/added_tokens.h"

#include "core/base/untrusted_text.h"
#include "core/tokenizers/unicode_text.h"
#include "core/tokenizers/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

std::uint64_t edgeOf(std::int32_t node, char byte)
{
    return (static_cast<std::uint64_t>(node) << 8) | static_cast<unsigned char>(byte);
}

/// Where the character before byte `end` begins.
std::size_t characterBefore(std::string_view text, std::size_t end)
{
    do
        --end;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80);
    return end;
}

bool touchesWord(std::string_view text, std::size_t begin, std::size_t end)
{
    if (end < text.size() && isWordCharacter(nextCharacter(text, end)))
        return true;
    if (begin == 0)
        return false;
    std::size_t at = characterBefore(text, begin);
    return isWordCharacter(nextCharacter(text, at));
}

std::size_t withSpaceBefore(std::string_view text, std::size_t begin, std::size_t least)
{
    while (begin > least) {
        const std::size_t before = characterBefore(text, begin);
        std::size_t at = before;
        if (before < least || !isWhiteSpace(nextCharacter(text, at)))
            break;
        begin = before;
    }
    return begin;
}

std::size_t withSpaceBehind(std::string_view text, std::size_t end)
{
    for (std::size_t at = end; end < text.size() && isWhiteSpace(nextCharacter(text, at));)
        end = at;
    return end;
}

} // namespace

void TextFinder::add(std::string_view text, std::size_t value)
{
    m_begins[static_cast<unsigned char>(text.front())] = true;
    std::int32_t node = 0;
    for (const char byte : text) {
        std::int32_t& child = m_children[edgeOf(node, byte)];
        if (child == 0) {
            child = static_cast<std::int32_t>(m_values.size());
            m_values.push_back(-1);
        }
        node = child;
    }
    m_values[static_cast<std::size_t>(node)] = static_cast<std::int64_t>(value);
}

std::optional<TextFinder::Found> TextFinder::find(std::string_view text, std::size_t from) const
{
    if (m_values.size() == 1)
        return std::nullopt;
    for (std::size_t begin = from; begin < text.size(); ++begin) {
        if (!m_begins[static_cast<unsigned char>(text[begin])])
            continue;
        std::optional<Found> longest;
        std::int32_t node = 0;
        for (std::size_t end = begin; end < text.size();) {
            const std::int32_t* child = m_children.find(edgeOf(node, text[end]));
            if (!child)
                break;
            node = *child;
            ++end;
            if (const std::int64_t value = m_values[static_cast<std::size_t>(node)]; value >= 0)
                longest = {.begin = begin, .end = end, .value = static_cast<std::size_t>(value)};
        }
        if (longest)
            return longest;
    }
    return std::nullopt;
}

AddedTokens AddedTokens::of(std::vector<AddedToken> tokens, const Normalizer& normalizer)
{
    AddedTokens added;
    added.m_tokens = std::move(tokens);
    for (std::size_t i = 0; i < added.m_tokens.size(); ++i) {
        AddedToken& token = added.m_tokens[i];
        added.m_byId[token.id] = i;
        if (token.normalized)
            token.content = normalizer(token.content);
        if (!token.content.empty())
            (token.normalized ? added.m_normalized : added.m_plain).add(token.content, i);
    }
    return added;
}

void AddedTokens::cut(std::string_view text, bool normalized, FunctionRef<void(Part)> sink) const
{
    const TextFinder& finder = normalized ? m_normalized : m_plain;
    std::size_t done = 0;
    for (auto found = finder.find(text, 0); found; found = finder.find(text, found->end)) {
        const AddedToken& token = m_tokens[found->value];
        if (token.singleWord && touchesWord(text, found->begin, found->end))
            continue;
        // A token that takes white space along may have taken part of this one already.
        std::size_t begin = std::max(found->begin, done);
        if (token.leftStrip)
            begin = withSpaceBefore(text, begin, done);
        const std::size_t end =
            token.rightStrip ? withSpaceBehind(text, found->end) : std::max(found->end, done);
        if (done < begin)
            sink({.text = text.substr(done, begin - done), .token = std::nullopt});
        sink({.text = text.substr(begin, end - begin), .token = token.id});
        done = end;
    }
    if (done < text.size())
        sink({.text = text.substr(done), .token = std::nullopt});
}

const AddedToken* AddedTokens::find(TokenId id) const
{
    const auto found = m_byId.find(id);
    return found == m_byId.end() ? nullptr : &m_tokens[found->second];
}

Result<std::vector<AddedToken>> readAddedTokens(
    ObjectReader& json, const TokenModel& model, const std::string& where)
{
    std::vector<AddedToken> tokens;
    std::int64_t next = model.size();
    for (ObjectReader* reader : json.optionalObjects("added_tokens")) {
        AddedToken token;
        token.id =
            static_cast<TokenId>(reader->requiredInteger("id", 0, Vocabulary::kMaxTokens - 1));
        token.content = reader->requiredString("content");
        token.special = reader->optionalBool("special").value_or(false);
        token.singleWord = reader->optionalBool("single_word").value_or(false);
        token.leftStrip = reader->optionalBool("lstrip").value_or(false);
        token.rightStrip = reader->optionalBool("rstrip").value_or(false);
        token.normalized = reader->optionalBool("normalized").value_or(!token.special);
        if (token.content.empty())
            continue;
        const auto twin = std::find_if(tokens.begin(), tokens.end(),
            [&](const AddedToken& other) { return other.content == token.content; });
        const TokenId known = twin != tokens.end() ? twin->id : model.find(token.content);
        const std::int64_t given = known >= 0 ? known : next++;
        if (given != token.id)
            return refused(fmt::format("{}: added_tokens: {}: found number {}, wanted {} (the "
                                       "vocabulary's own, or the next free one)",
                where, inQuotes(token.content), token.id, given));
        if (twin == tokens.end())
            tokens.push_back(std::move(token));
    }
    return tokens;
}

} // namespace espalier
