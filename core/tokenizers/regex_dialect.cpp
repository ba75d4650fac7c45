// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/regex_dialect.h"

#include "core/base/untrusted_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace espalier {

namespace {

/// Unicode's White_Space; PCRE2's own \s has U+180E too.
constexpr std::string_view kWhiteSpace =
    R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";

constexpr std::array<std::string_view, 6> kGroups = {"?:", "?i:", "?=", "?!", "?<=", "?<!"};

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Reads a pattern once, from left to right.
class Translation
{
public:
    Translation(std::string_view pattern, std::string_view where)
        : m_pattern(pattern)
        , m_where(where)
    {
    }

    Result<std::string> run()
    {
        if (m_pattern.starts_with("(?i)")) {
            m_out = "(?i)";
            m_at = 4;
        }
        while (m_at < m_pattern.size() && !m_problem)
            step();
        if (m_problem)
            return *m_problem;
        return std::move(m_out);
    }

private:
    [[nodiscard]] std::string_view rest() const
    {
        return m_pattern.substr(m_at);
    }

    void copy(std::size_t bytes)
    {
        m_out += rest().substr(0, bytes);
        m_at += bytes;
    }

    void refuse(std::string_view part)
    {
        m_problem = refused(fmt::format("{}: found {} in the pattern {}, which is not supported",
            m_where, inQuotes(part), inQuotes(m_pattern, 200)));
        m_at = m_pattern.size();
    }

    void step()
    {
        const char c = m_pattern[m_at];
        if (c == '\\')
            escape(false);
        else if (c == '[')
            characterClass();
        else if (c == '(')
            group();
        else if (c == '{')
            interval();
        else if (c == '^' || c == '$')
            refuse(rest().substr(0, 1)); // of lines in Ruby
        else
            copy(1);
    }

    void group()
    {
        if (!rest().starts_with("(?"))
            return copy(1);
        for (const std::string_view kind : kGroups)
            if (rest().substr(1).starts_with(kind))
                return copy(1 + kind.size());
        refuse(rest().substr(0, 4));
    }

    /// In Ruby "{1,3}+" repeats the interval and "{2}?" makes it optional.
    void interval()
    {
        const std::size_t close = rest().find('}');
        const std::string_view inside = rest().substr(1, std::max<std::size_t>(close, 1) - 1);
        const bool numbers = close != std::string_view::npos && !inside.empty()
            && std::isdigit(static_cast<unsigned char>(inside.front())) != 0
            && inside.find_first_not_of("0123456789,") == std::string_view::npos;
        if (!numbers)
            return refuse(rest().substr(0, 8));
        const std::string_view behind = rest().substr(close + 1);
        if (behind.starts_with("+") || behind.starts_with("?") || behind.starts_with("*"))
            return refuse(rest().substr(0, close + 2));
        copy(close + 1);
    }

    void characterClass()
    {
        copy(1);
        if (rest().starts_with("^"))
            copy(1);
        if (rest().starts_with("]")) // a literal in one dialect, a mistake in the other
            return refuse("[]");
        while (m_at < m_pattern.size() && m_pattern[m_at] != ']' && !m_problem) {
            if (rest().starts_with("\\"))
                escape(true);
            else if (rest().starts_with("[") || rest().starts_with("&&"))
                refuse(rest().substr(0, 2));
            else
                copy(1);
        }
        if (!m_problem && m_at == m_pattern.size())
            return refuse("[");
        if (!m_problem)
            copy(1);
    }

    void escape(bool inClass)
    {
        if (m_at + 1 == m_pattern.size())
            return refuse("\\");
        const char kind = m_pattern[m_at + 1];
        if (kind == 'p' || kind == 'P')
            return property();
        if (kind == 's' || (kind == 'S' && !inClass)) {
            m_out += inClass ? std::string(kWhiteSpace)
                             : fmt::format("[{}{}]", kind == 'S' ? "^" : "", kWhiteSpace);
            m_at += 2;
            return;
        }
        if (kind == 'v') { // one character in Ruby, a class in PCRE2
            m_out += "\\x{b}";
            m_at += 2;
            return;
        }
        constexpr std::string_view kAlike = "drntf";
        if (kAlike.find(kind) == std::string_view::npos
            && std::ispunct(static_cast<unsigned char>(kind)) == 0 && kind != ' ')
            return refuse(rest().substr(0, 2));
        copy(2);
    }

    /// General categories keep their name; of scripts PCRE2 must take the narrow sense.
    void property()
    {
        const std::size_t close = rest().find('}');
        if (!rest().substr(2).starts_with("{") || close == std::string_view::npos)
            return refuse(rest().substr(0, 3));
        const std::string_view name = rest().substr(3, close - 3);
        if (name.empty() || !std::all_of(name.begin(), name.end(), isLetter))
            return refuse(rest().substr(0, close + 1));
        m_out +=
            fmt::format("\\{}{{{}{}}}", m_pattern[m_at + 1], name.size() <= 2 ? "" : "sc:", name);
        m_at += close + 1;
    }

    std::string_view m_pattern;
    std::string_view m_where;
    std::size_t m_at = 0;
    std::string m_out;
    std::optional<Error> m_problem;
};

} // namespace

Result<std::string> pcrePatternOf(std::string_view pattern, std::string_view where)
{
    return Translation(pattern, where).run();
}

} // namespace espalier
