// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/json_reader.h"
#include "core/tokenizers/split.h"

#include <string>

namespace espalier {

/// sentencepiece's way with spaces: they become a visible character, and one is put in front.
struct Metaspace
{
    enum class Prepend
    {
        Always,
        First, ///< to the piece at the start of the text only
        Never
    };
    std::string replacement = "\u2581";
    Prepend prepend = Prepend::Always;
    bool split = true; ///< a piece per word

    [[nodiscard]] std::string applied(Piece piece) const;
    /// A token's text, spaces restored; those of the first token go.
    [[nodiscard]] std::string undone(std::string_view token, bool first) const;
};

/// A "Metaspace" of a tokenizer.json, as written by new and old versions.
[[nodiscard]] Metaspace readMetaspace(ObjectReader& json);

} // namespace espalier
