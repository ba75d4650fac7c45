// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizers/function_ref.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace espalier {

/// A part of a text on its way to the model.
struct Piece
{
    std::string_view text;
    bool atStart = false; ///< begins where the whole text begins
};
using PieceSink = FunctionRef<void(Piece)>;

/// What becomes of the places where a text is cut (as tokenizer.json names them).
enum class SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous
};

/// Cuts one piece at matches that come from left to right, and sends the parts on; never empty
/// ones.
class Cutter
{
public:
    /// `invert`: the matches are what stays, what lies between them the cuts.
    Cutter(Piece piece, SplitBehavior behavior, bool invert, PieceSink sink)
        : m_piece(piece)
        , m_behavior(behavior)
        , m_invert(invert)
        , m_sink(sink)
    {
    }

    void match(std::size_t begin, std::size_t end)
    {
        if (m_done < begin)
            take({.begin = m_done, .end = begin, .isCut = m_invert});
        take({.begin = begin, .end = end, .isCut = !m_invert});
        m_done = end;
    }
    void finish();

private:
    struct Span
    {
        std::size_t begin;
        std::size_t end;
        bool isCut;
    };
    void take(Span span);
    void merge(Span span);
    [[nodiscard]] bool joins(Span span) const;
    void send(Span span) const;

    Piece m_piece;
    SplitBehavior m_behavior;
    bool m_invert;
    PieceSink m_sink;
    std::size_t m_done = 0;
    std::optional<Span> m_held; ///< not sent yet: the next one may join it
};

} // namespace espalier
