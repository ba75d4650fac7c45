// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/regex.h"

#include "core/base/untrusted_text.h"
#include "core/tokenizers/regex_dialect.h"
#include "core/tokenizers/unicode_text.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace espalier {

namespace {

/// A pattern that needs more steps than this for one match is stuck.
constexpr std::uint32_t kMaxSteps = 10'000'000;
constexpr std::size_t kMaxPatternBytes = 64 * 1024;

const std::uint8_t* bytesOf(std::string_view text)
{
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string messageOf(int code)
{
    std::array<std::uint8_t, 256> text = {};
    pcre2_get_error_message(code, text.data(), text.size());
    return reinterpret_cast<const char*>(text.data());
}

struct MatchDataDeleter
{
    void operator()(pcre2_match_data* data) const
    {
        pcre2_match_data_free(data);
    }
};
using MatchData = std::unique_ptr<pcre2_match_data, MatchDataDeleter>;

} // namespace

struct Regex::Code
{
    pcre2_code* code = nullptr;
    pcre2_match_context* context = nullptr;
    bool jit = false;

    Code() = default;
    Code(const Code&) = delete;
    Code& operator=(const Code&) = delete;
    ~Code()
    {
        pcre2_match_context_free(context);
        pcre2_code_free(code);
    }

    /// False if there is no match at or behind `from`.
    bool match(std::string_view text, std::size_t from, pcre2_match_data* data) const
    {
        // The compiled machine code has a small stack; the interpreter takes over when it is full.
        int found = jit ? pcre2_jit_match(
                        code, bytesOf(text), text.size(), from, PCRE2_NO_UTF_CHECK, data, context)
                        : PCRE2_ERROR_JIT_STACKLIMIT;
        if (found == PCRE2_ERROR_JIT_STACKLIMIT)
            found = pcre2_match(code, bytesOf(text), text.size(), from,
                PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, context);
        if (found < 0 && found != PCRE2_ERROR_NOMATCH)
            throw std::runtime_error(fmt::format(
                "a pattern of the tokenizer gave up at byte {}: {}", from, messageOf(found)));
        return found >= 0;
    }
};

Result<Regex> Regex::compile(std::string_view pattern, std::string_view where)
{
    const Result<std::string> translated = pcrePatternOf(pattern, where);
    if (!translated)
        return translated.error();
    return compileTranslated(*translated, pattern, where);
}

Result<Regex> Regex::literal(std::string_view text, std::string_view where)
{
    std::string pattern;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80)
            pattern += fmt::format("\\x{{{:x}}}", byte);
        else
            pattern += c;
    }
    return compileTranslated(pattern, text, where);
}

Result<Regex> Regex::compileTranslated(
    std::string_view pattern, std::string_view shown, std::string_view where)
{
    if (pattern.empty() || pattern.size() > kMaxPatternBytes)
        return refused(fmt::format("{}: found a pattern of {} bytes, wanted 1 to {}", where,
            pattern.size(), kMaxPatternBytes));
    const auto code = std::make_shared<Code>();
    int error = 0;
    std::size_t at = 0;
    code->code = pcre2_compile(bytesOf(pattern), pattern.size(),
        PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &at, nullptr);
    if (!code->code)
        return refused(fmt::format(
            "{}: found {}, wanted a pattern ({})", where, inQuotes(shown), messageOf(error)));
    code->jit = pcre2_jit_compile(code->code, PCRE2_JIT_COMPLETE) == 0;
    code->context = pcre2_match_context_create(nullptr);
    if (!code->context)
        return outOfResource(fmt::format("{}: no memory for a pattern", where));
    pcre2_set_match_limit(code->context, kMaxSteps);
    return Regex(code);
}

void Regex::forEachMatch(
    std::string_view text, FunctionRef<void(std::size_t, std::size_t)> found) const
{
    const MatchData data(pcre2_match_data_create(1, nullptr));
    if (!data)
        throw std::runtime_error("no memory to match a pattern");
    const std::size_t* span = pcre2_get_ovector_pointer(data.get());
    std::size_t from = 0;
    std::size_t lastEnd = std::string_view::npos;
    while (from <= text.size() && m_code->match(text, from, data.get())) {
        const std::size_t begin = span[0];
        const std::size_t end = span[1];
        const bool empty = begin == end;
        if (!empty || end != lastEnd) {
            found(begin, end);
            lastEnd = end;
        }
        from = !empty ? end : end < text.size() ? end + bytesOfCharacter(text[end]) : end + 1;
    }
}

} // namespace espalier
