// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/normalizer.h"

#include "core/tokenizers/charsmap.h"
#include "core/tokenizers/pattern_json.h"
#include "core/tokenizers/unicode_text.h"

#include <array>

namespace espalier {

namespace {

const std::array<std::string, 12> kTypes = {"Sequence", "NFC", "NFD", "NFKC", "NFKD", "Lowercase",
    "StripAccents", "BertNormalizer", "Replace", "Prepend", "Strip", "Precompiled"};

std::string lowercased(const std::string& text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();)
        appendLowercase(out, nextCharacter(text, at));
    return out;
}

template <typename Drop> std::string without(const std::string& text, Drop&& drop)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t first = at;
        if (!drop(nextCharacter(text, at)))
            out.append(text, first, at - first);
    }
    return out;
}

/// Control characters go, white space becomes spaces, ideographs get spaces around.
std::string cleanedForBert(const std::string& text, bool clean, bool ideographs)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t first = at;
        const char32_t c = nextCharacter(text, at);
        if (clean && (c == 0 || c == 0xfffd || isBertControl(c)))
            continue;
        if (clean && isWhiteSpace(c))
            out += ' ';
        else if (ideographs && isBertIdeograph(c))
            out.append(" ").append(text, first, at - first).append(" ");
        else
            out.append(text, first, at - first);
    }
    return out;
}

Normalizer::Step bertNormalizer(ObjectReader& json)
{
    const bool clean = json.optionalBool("clean_text").value_or(true);
    const bool ideographs = json.optionalBool("handle_chinese_chars").value_or(true);
    const bool lowercase = json.optionalBool("lowercase").value_or(true);
    const bool strip = json.optionalBool("strip_accents").value_or(lowercase);
    return [=](std::string text) {
        if (clean || ideographs)
            text = cleanedForBert(text, clean, ideographs);
        if (strip)
            text = without(normalForm(text, NormalForm::Nfd), isNonspacingMark);
        return lowercase ? lowercased(text) : std::move(text);
    };
}

Normalizer::Step replacing(Regex pattern, std::string content)
{
    return [pattern = std::move(pattern), content = std::move(content)](const std::string& text) {
        std::string out;
        std::size_t copied = 0;
        pattern.forEachMatch(text, [&](std::size_t begin, std::size_t end) {
            out.append(text, copied, begin - copied).append(content);
            copied = end;
        });
        return out.append(text, copied);
    };
}

std::string stripped(const std::string& text, bool left, bool right)
{
    std::size_t begin = 0;
    std::size_t end = text.size();
    std::size_t lastInk = 0;
    bool ink = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t first = at;
        if (isWhiteSpace(nextCharacter(text, at)))
            continue;
        if (!ink && left)
            begin = first;
        ink = true;
        lastInk = at;
    }
    if (!ink)
        return left || right ? std::string() : text;
    if (right)
        end = lastInk;
    return text.substr(begin, end - begin);
}

} // namespace

Result<Normalizer> Normalizer::read(ObjectReader* json, const std::string& where)
{
    Normalizer normalizer;
    if (json)
        if (const Status added = normalizer.add(*json, where); !added)
            return added.error();
    return normalizer;
}

std::string Normalizer::operator()(std::string text) const
{
    for (const Step& step : m_steps)
        text = step(std::move(text));
    return text;
}

Status Normalizer::add(ObjectReader& json, const std::string& where)
{
    const std::string& type = kTypes[json.requiredChoice("type", kTypes)];
    if (type == "Sequence") {
        for (ObjectReader* part : json.requiredObjects("normalizers"))
            if (const Status added = add(*part, where); !added)
                return added;
    } else if (type.starts_with("NF")) {
        const bool compatible = type[2] == 'K';
        const bool composed = type.back() == 'C';
        const NormalForm form = composed ? (compatible ? NormalForm::Nfkc : NormalForm::Nfc)
                                         : (compatible ? NormalForm::Nfkd : NormalForm::Nfd);
        m_steps.emplace_back([form](const std::string& text) { return normalForm(text, form); });
    } else if (type == "Lowercase") {
        m_steps.emplace_back(lowercased);
    } else if (type == "StripAccents") {
        m_steps.emplace_back([](const std::string& text) { return without(text, isMark); });
    } else if (type == "BertNormalizer") {
        m_steps.push_back(bertNormalizer(json));
    } else if (type == "Replace") {
        Result<Regex> pattern = readPattern(json, where + ": normalizer");
        if (!pattern)
            return pattern.error();
        m_steps.push_back(replacing(*std::move(pattern), json.requiredString("content")));
    } else if (type == "Prepend") {
        m_steps.emplace_back([prefix = json.requiredString("prepend")](const std::string& text) {
            return text.empty() ? text : prefix + text;
        });
    } else if (type == "Strip") {
        const bool left = json.requiredBool("strip_left");
        const bool right = json.requiredBool("strip_right");
        m_steps.emplace_back(
            [left, right](const std::string& text) { return stripped(text, left, right); });
    } else {
        Result<Charsmap> map = Charsmap::decode(json.requiredString("precompiled_charsmap"), where);
        if (!map)
            return map.error();
        m_steps.emplace_back(
            [map = *std::move(map)](const std::string& text) { return map.normalised(text); });
    }
    return {};
}

} // namespace espalier
