// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tokenizers/function_ref.h"

#include <memory>
#include <string_view>

namespace espalier {

/// A pattern of a tokenizer, matched by PCRE2. tokenizer.json means Oniguruma's Ruby dialect; what
/// the two read alike is accepted, the rest refused:
/// characters, . | ( ) * + ? {n,m}, possessive and lazy * + ?, \p{..} and \P{..} of general
/// categories and scripts, \s \S \d \r \n \t \f \v, escaped punctuation, classes without && and
/// without classes inside, (?: (?i: (?= (?! (?<= (?<!.
class Regex
{
public:
    /// Errors: Refused, "<where>: found <pattern>, wanted …".
    [[nodiscard]] static Result<Regex> compile(std::string_view pattern, std::string_view where);
    /// A text that stands for itself.
    [[nodiscard]] static Result<Regex> literal(std::string_view text, std::string_view where);

    /// Calls found(begin, end) for each match from left to right. An empty match right behind the
    /// match before it does not count. `text` is UTF-8.
    /// Throws std::runtime_error if the matcher gives up (too many steps, no memory).
    void forEachMatch(
        std::string_view text, FunctionRef<void(std::size_t, std::size_t)> found) const;

    struct Code; ///< hides PCRE2
private:
    explicit Regex(std::shared_ptr<const Code> code)
        : m_code(std::move(code))
    {
    }
    [[nodiscard]] static Result<Regex> compileTranslated(
        std::string_view pattern, std::string_view shown, std::string_view where);

    std::shared_ptr<const Code> m_code;
};

} // namespace espalier
