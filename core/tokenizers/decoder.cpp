// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/decoder.h"

#include "core/base/untrusted_text.h"
#include "core/tokenizers/byte_level.h"
#include "core/tokenizers/metaspace.h"
#include "core/tokenizers/pattern_json.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace espalier {

namespace {

using Tokens = Decoder::Tokens;

const std::array<std::string, 9> kTypes = {"Sequence", "ByteLevel", "WordPiece", "Metaspace",
    "BPEDecoder", "ByteFallback", "Fuse", "Strip", "Replace"};
constexpr std::string_view kReplacementCharacter = "\ufffd";

void replaceAll(std::string& text, std::string_view from, std::string_view to)
{
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// Bytes that are not UTF-8 become U+FFFD, one for each.
std::string repaired(std::string_view text)
{
    std::string out;
    while (const auto wrong = firstInvalidUtf8(text)) {
        out.append(text.substr(0, *wrong)).append(kReplacementCharacter);
        text.remove_prefix(*wrong + 1);
    }
    return out.append(text);
}

std::string joined(const Tokens& tokens)
{
    std::string text;
    for (const std::string& token : tokens)
        text += token;
    return text;
}

Tokens fromByteLevel(const Tokens& tokens)
{
    std::string bytes;
    for (const std::string& token : tokens)
        bytes += bytesSpelt(token).value_or(token);
    return {repaired(bytes)};
}

/// Spaces that English does not have (transformers' clean_up_tokenization_spaces).
void cleanUp(std::string& text)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kRules = {
        {{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"}, {" n't", "n't"},
            {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}}};
    for (const auto& [from, to] : kRules)
        replaceAll(text, from, to);
}

Decoder::Step fromWordPiece(std::string prefix, bool cleanup)
{
    return [prefix = std::move(prefix), cleanup](Tokens tokens) {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (i > 0 && tokens[i].starts_with(prefix))
                tokens[i].erase(0, prefix.size());
            else if (i > 0)
                tokens[i].insert(0, " ");
            if (cleanup)
                cleanUp(tokens[i]);
        }
        return tokens;
    };
}

/// The byte of "<0x0A>".
std::optional<char> byteOf(std::string_view token)
{
    if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>'))
        return std::nullopt;
    unsigned byte = 0;
    const char* const end = token.data() + 5;
    if (const auto read = std::from_chars(token.data() + 3, end, byte, 16);
        read.ec != std::errc() || read.ptr != end)
        return std::nullopt;
    return static_cast<char>(byte);
}

/// Runs of byte tokens; a run that is not UTF-8 becomes U+FFFD, one for each byte.
Tokens fromBytes(const Tokens& tokens)
{
    Tokens out;
    std::string run;
    const auto flush = [&] {
        if (run.empty())
            return;
        if (firstInvalidUtf8(run)) {
            for (std::size_t i = 0; i < run.size(); ++i)
                out.emplace_back(kReplacementCharacter);
        } else {
            out.push_back(run);
        }
        run.clear();
    };
    for (const std::string& token : tokens) {
        if (const auto byte = byteOf(token)) {
            run += *byte;
            continue;
        }
        flush();
        out.push_back(token);
    }
    flush();
    return out;
}

Decoder::Step stripping(std::string content, std::int64_t start, std::int64_t stop)
{
    return [content = std::move(content), start, stop](Tokens tokens) {
        for (std::string& token : tokens) {
            for (std::int64_t i = 0; i < start && token.starts_with(content); ++i)
                token.erase(0, content.size());
            for (std::int64_t i = 0; i < stop && token.ends_with(content); ++i)
                token.erase(token.size() - content.size());
        }
        return tokens;
    };
}

Decoder::Step replacing(Regex pattern, std::string content)
{
    return [pattern = std::move(pattern), content = std::move(content)](Tokens tokens) {
        for (std::string& token : tokens) {
            std::string out;
            std::size_t copied = 0;
            pattern.forEachMatch(token, [&](std::size_t begin, std::size_t end) {
                out.append(token, copied, begin - copied).append(content);
                copied = end;
            });
            token = out.append(token, copied);
        }
        return tokens;
    };
}

Decoder::Step fromSuffixes(std::string suffix)
{
    return [suffix = std::move(suffix)](Tokens tokens) {
        for (std::size_t i = 0; i < tokens.size(); ++i)
            if (!suffix.empty())
                replaceAll(tokens[i], suffix, i + 1 == tokens.size() ? "" : " ");
        return tokens;
    };
}

Decoder::Step fromMetaspace(Metaspace metaspace)
{
    return [metaspace = std::move(metaspace)](Tokens tokens) {
        for (std::size_t i = 0; i < tokens.size(); ++i)
            tokens[i] = metaspace.undone(tokens[i], i == 0);
        return tokens;
    };
}

} // namespace

Result<Decoder> Decoder::read(ObjectReader* json, const std::string& where)
{
    Decoder decoder;
    if (!json)
        return decoder;
    decoder.m_spaced = false;
    if (const Status added = decoder.add(*json, where); !added)
        return added.error();
    return decoder;
}

std::string Decoder::operator()(Tokens tokens) const
{
    for (const Step& step : m_steps)
        tokens = step(std::move(tokens));
    if (m_spaced)
        for (std::size_t i = 1; i < tokens.size(); ++i)
            tokens[i].insert(0, " ");
    return joined(tokens);
}

Status Decoder::add(ObjectReader& json, const std::string& where)
{
    const std::string& type = kTypes[json.requiredChoice("type", kTypes)];
    if (type == "Sequence") {
        for (ObjectReader* part : json.requiredObjects("decoders"))
            if (const Status added = add(*part, where); !added)
                return added;
    } else if (type == "ByteLevel") {
        for (const char* key : {"add_prefix_space", "trim_offsets", "use_regex"})
            (void)json.optionalBool(key);
        m_steps.emplace_back(fromByteLevel);
    } else if (type == "WordPiece") {
        std::string prefix = json.requiredString("prefix");
        m_steps.push_back(
            fromWordPiece(std::move(prefix), json.optionalBool("cleanup").value_or(true)));
    } else if (type == "Metaspace") {
        m_steps.push_back(fromMetaspace(readMetaspace(json)));
    } else if (type == "BPEDecoder") {
        m_steps.push_back(fromSuffixes(json.requiredString("suffix")));
    } else if (type == "ByteFallback") {
        m_steps.emplace_back(fromBytes);
    } else if (type == "Fuse") {
        m_steps.emplace_back([](const Tokens& tokens) { return Tokens{joined(tokens)}; });
    } else if (type == "Strip") {
        std::string content = json.requiredString("content");
        if (content.empty())
            json.refuse("content", "one character");
        const std::int64_t start = json.requiredInteger("start", 0, 1 << 20);
        m_steps.push_back(
            stripping(std::move(content), start, json.requiredInteger("stop", 0, 1 << 20)));
    } else {
        Result<Regex> pattern = readPattern(json, where + ": decoder");
        if (!pattern)
            return pattern.error();
        m_steps.push_back(replacing(*std::move(pattern), json.requiredString("content")));
    }
    return {};
}

} // namespace espalier
