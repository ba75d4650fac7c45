// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/metaspace.h"

#include "core/tokenizers/unicode_text.h"

#include <array>

namespace espalier {

std::string Metaspace::applied(Piece piece) const
{
    std::string text;
    text.reserve(piece.text.size() + replacement.size());
    for (const char c : piece.text)
        if (c == ' ')
            text += replacement;
        else
            text += c;
    const bool wanted = prepend == Prepend::Always || (prepend == Prepend::First && piece.atStart);
    return wanted && !text.empty() && !text.starts_with(replacement) ? replacement + text
                                                                     : std::move(text);
}

std::string Metaspace::undone(std::string_view token, bool first) const
{
    std::string text;
    while (!token.empty()) {
        if (token.starts_with(replacement)) {
            if (!first || prepend == Prepend::Never)
                text += ' ';
            token.remove_prefix(replacement.size());
        } else {
            text += token.front();
            token.remove_prefix(1);
        }
    }
    return text;
}

Metaspace readMetaspace(ObjectReader& json)
{
    static const std::array<std::string, 3> kPrepend = {"always", "first", "never"};
    Metaspace metaspace;
    metaspace.replacement = json.requiredString("replacement");
    const std::string& replacement = metaspace.replacement;
    if (replacement.empty() || bytesOfCharacter(replacement[0]) != replacement.size()) {
        json.refuse("replacement", "one character");
        metaspace.replacement = "\u2581";
    }
    (void)json.optionalString("str_rep"); // the replacement once more
    metaspace.split = json.optionalBool("split").value_or(true);
    if (const auto choice = json.optionalChoice("prepend_scheme", kPrepend))
        metaspace.prepend = static_cast<Metaspace::Prepend>(*choice);
    if (json.optionalBool("add_prefix_space") == false)
        metaspace.prepend = Metaspace::Prepend::Never;
    return metaspace;
}

} // namespace espalier
