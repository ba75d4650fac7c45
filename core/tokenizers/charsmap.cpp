// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/charsmap.h"

#include "core/tokenizers/unicode_text.h"

#include <fmt/format.h>
#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <cstring>
#include <stdexcept>

namespace espalier {

namespace {

constexpr std::size_t kLongestCluster = 5;

int sextetOf(char c)
{
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t found = kAlphabet.find(c);
    return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

std::optional<std::string> fromBase64(std::string_view text)
{
    while (text.ends_with("="))
        text.remove_suffix(1);
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const int sextet = sextetOf(c);
        if (sextet < 0)
            return std::nullopt;
        bits = (bits << 6) | static_cast<std::uint32_t>(sextet);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>((bits >> held) & 0xffU);
        }
    }
    return out;
}

// A unit of the trie: label in the low byte (bit 31 set in leaves), bit 8 says that a value hangs
// here, the rest is the offset to the children.
bool hasLeaf(std::uint32_t unit)
{
    return ((unit >> 8) & 1U) != 0;
}
std::uint32_t valueOf(std::uint32_t unit)
{
    return unit & 0x7fffffffU;
}
std::uint32_t labelOf(std::uint32_t unit)
{
    return unit & 0x800000ffU;
}
std::uint32_t offsetOf(std::uint32_t unit)
{
    return (unit >> 10) << ((unit & 0x200U) >> 6);
}

struct TextCloser
{
    void operator()(UText* text) const
    {
        utext_close(text);
    }
};

} // namespace

Result<Charsmap> Charsmap::decode(std::string_view base64, const std::string& where)
{
    const std::string name = where + ": normalizer: precompiled_charsmap";
    const std::optional<std::string> bytes = fromBase64(base64);
    if (!bytes)
        return refused(name + ": found other characters, wanted base64");
    std::uint32_t trieBytes = 0;
    if (bytes->size() >= sizeof trieBytes)
        std::memcpy(&trieBytes, bytes->data(), sizeof trieBytes);
    if (trieBytes == 0 || trieBytes % 4 != 0 || trieBytes > bytes->size() - sizeof trieBytes)
        return refused(fmt::format("{}: found a trie of {} bytes in {}, wanted one that fits", name,
            trieBytes, bytes->size()));
    Charsmap map;
    map.m_trie.resize(trieBytes / 4);
    std::memcpy(map.m_trie.data(), bytes->data() + sizeof trieBytes, trieBytes);
    map.m_replacements = bytes->substr(sizeof trieBytes + trieBytes);
    if (!map.m_replacements.ends_with('\0'))
        return refused(name + ": found replacements without an end, wanted a zero byte");
    return map;
}

/// The entry of the shortest prefix that has one, as Hugging Face's reader takes it.
std::optional<std::string_view> Charsmap::replacementOf(std::string_view text) const
{
    std::uint64_t node = offsetOf(m_trie[0]);
    for (const char c : text) {
        const std::uint32_t label = static_cast<unsigned char>(c);
        node ^= label;
        if (label == 0 || node >= m_trie.size() || labelOf(m_trie[node]) != label)
            return std::nullopt;
        const std::uint32_t unit = m_trie[node];
        node ^= offsetOf(unit);
        if (!hasLeaf(unit))
            continue;
        if (node >= m_trie.size() || valueOf(m_trie[node]) >= m_replacements.size())
            return std::nullopt;
        return std::string_view(m_replacements.data() + valueOf(m_trie[node]));
    }
    return std::nullopt;
}

void Charsmap::appendCluster(std::string& out, std::string_view cluster) const
{
    if (cluster.size() <= kLongestCluster)
        if (const auto found = replacementOf(cluster)) {
            out += *found;
            return;
        }
    for (std::size_t at = 0; at < cluster.size();) {
        const std::string_view character = cluster.substr(at, bytesOfCharacter(cluster[at]));
        out += replacementOf(character).value_or(character);
        at += character.size();
    }
}

std::string Charsmap::normalised(const std::string& text) const
{
    UErrorCode failed = U_ZERO_ERROR;
    const std::unique_ptr<UText, TextCloser> view(
        utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &failed));
    const std::unique_ptr<icu::BreakIterator> breaks(
        icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), failed));
    if (U_SUCCESS(failed))
        breaks->setText(view.get(), failed);
    if (U_FAILURE(failed))
        throw std::runtime_error("ICU could not find the characters of a text");
    std::string out;
    out.reserve(text.size());
    std::int32_t begin = breaks->first();
    for (std::int32_t end = breaks->next(); end != icu::BreakIterator::DONE;
         begin = end, end = breaks->next())
        appendCluster(out,
            std::string_view(text).substr(
                static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
    return out;
}

} // namespace espalier
