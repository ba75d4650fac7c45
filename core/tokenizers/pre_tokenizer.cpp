// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/pre_tokenizer.h"

#include "core/tokenizers/metaspace.h"
#include "core/tokenizers/pattern_json.h"
#include "core/tokenizers/unicode_text.h"

#include <fmt/format.h>

#include <array>

namespace espalier {

namespace {

const std::array<std::string, 9> kTypes = {"Sequence", "ByteLevel", "Split", "BertPreTokenizer",
    "Whitespace", "WhitespaceSplit", "Metaspace", "Digits", "Punctuation"};
const std::array<std::string, 5> kBehaviors = {
    "Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"};

/// Radford et al. 2019 (GPT-2's encoder.py).
constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

SplitBehavior behaviorOf(std::size_t choice)
{
    return static_cast<SplitBehavior>(choice);
}

/// Every character of a kind is a cut of its own.
template <typename IsCut>
void cutAtCharacters(Piece piece, SplitBehavior behavior, PieceSink sink, IsCut&& isCut)
{
    Cutter cutter(piece, behavior, false, sink);
    for (std::size_t at = 0; at < piece.text.size();) {
        const std::size_t first = at;
        if (isCut(nextCharacter(piece.text, at)))
            cutter.match(first, at);
    }
    cutter.finish();
}

void cutAtWhiteSpace(Piece piece, PieceSink sink)
{
    cutAtCharacters(piece, SplitBehavior::Removed, sink, isWhiteSpace);
}

void cutForBert(Piece piece, PieceSink sink)
{
    cutAtWhiteSpace(piece, [&](Piece word) {
        cutAtCharacters(word, SplitBehavior::Isolated, sink, isBertPunctuation);
    });
}

/// Runs of word characters and runs of all others, without white space.
void cutIntoWords(Piece piece, PieceSink sink)
{
    cutAtWhiteSpace(piece,
        [&](Piece run) { cutAtCharacters(run, SplitBehavior::Contiguous, sink, isWordCharacter); });
}

PreTokenizer::Step cutting(Regex pattern, SplitBehavior behavior, bool invert)
{
    return [=](Piece piece, PieceSink sink) {
        Cutter cutter(piece, behavior, invert, sink);
        pattern.forEachMatch(
            piece.text, [&](std::size_t begin, std::size_t end) { cutter.match(begin, end); });
        cutter.finish();
    };
}

void prefixSpace(Piece piece, PieceSink sink)
{
    if (piece.text.starts_with(' '))
        return sink(piece);
    const std::string text = ' ' + std::string(piece.text);
    sink({.text = text, .atStart = piece.atStart});
}

} // namespace

Result<PreTokenizer> PreTokenizer::read(ObjectReader* json, const std::string& where)
{
    PreTokenizer preTokenizer;
    if (json)
        if (const Status added = preTokenizer.add(*json, where); !added)
            return added.error();
    return preTokenizer;
}

void PreTokenizer::run(std::size_t step, Piece piece, PieceSink sink) const
{
    if (step == m_steps.size())
        return sink(piece);
    if (step + 1 == m_steps.size())
        return m_steps[step](piece, sink);
    m_steps[step](piece, [&](Piece part) { run(step + 1, part, sink); });
}

Status PreTokenizer::add(ObjectReader& json, const std::string& where)
{
    const std::string& type = kTypes[json.requiredChoice("type", kTypes)];
    if (m_byteLevel)
        return refused(fmt::format(
            "{}: pre_tokenizer: found {} behind ByteLevel, wanted ByteLevel last", where, type));
    if (type == "Sequence") {
        for (ObjectReader* part : json.requiredObjects("pretokenizers"))
            if (const Status added = add(*part, where); !added)
                return added;
    } else if (type == "ByteLevel") {
        return addByteLevel(json, where);
    } else if (type == "Split") {
        return addSplit(json, where);
    } else if (type == "BertPreTokenizer") {
        m_steps.emplace_back(cutForBert);
    } else if (type == "Whitespace") {
        m_steps.emplace_back(cutIntoWords);
    } else if (type == "WhitespaceSplit") {
        m_steps.emplace_back(cutAtWhiteSpace);
    } else if (type == "Metaspace") {
        addMetaspace(json);
    } else {
        const bool digits = type == "Digits";
        const auto behavior = digits
            ? (json.optionalBool("individual_digits").value_or(false) ? SplitBehavior::Isolated
                                                                      : SplitBehavior::Contiguous)
            : behaviorOf(json.optionalChoice("behavior", kBehaviors).value_or(1));
        m_steps.emplace_back([digits, behavior](Piece piece, PieceSink sink) {
            cutAtCharacters(piece, behavior, sink, digits ? isNumeric : isBertPunctuation);
        });
    }
    return {};
}

Status PreTokenizer::addSplit(ObjectReader& json, const std::string& where)
{
    Result<Regex> pattern = readPattern(json, where + ": pre_tokenizer");
    if (!pattern)
        return pattern.error();
    const SplitBehavior behavior = behaviorOf(json.requiredChoice("behavior", kBehaviors));
    m_steps.push_back(
        cutting(*std::move(pattern), behavior, json.optionalBool("invert").value_or(false)));
    return {};
}

Status PreTokenizer::addByteLevel(ObjectReader& json, const std::string& where)
{
    (void)json.optionalBool("trim_offsets"); // moves offsets, not tokens
    if (json.requiredBool("add_prefix_space"))
        m_steps.emplace_back(prefixSpace);
    if (json.optionalBool("use_regex").value_or(true)) {
        Result<Regex> pattern = Regex::compile(kGpt2Pattern, where);
        if (!pattern)
            return pattern.error();
        m_steps.push_back(cutting(*std::move(pattern), SplitBehavior::Isolated, false));
    }
    m_byteLevel = true;
    return {};
}

void PreTokenizer::addMetaspace(ObjectReader& json)
{
    const Metaspace metaspace = readMetaspace(json);
    m_steps.emplace_back([metaspace](Piece piece, PieceSink sink) {
        const std::string text = metaspace.applied(piece);
        const Piece changed = {.text = text, .atStart = piece.atStart};
        if (!metaspace.split)
            return sink(changed);
        Cutter cutter(changed, SplitBehavior::MergedWithNext, false, sink);
        for (std::size_t at = text.find(metaspace.replacement); at != std::string::npos;) {
            const std::size_t end = at + metaspace.replacement.size();
            cutter.match(at, end);
            at = text.find(metaspace.replacement, end);
        }
        cutter.finish();
    });
}

} // namespace espalier
