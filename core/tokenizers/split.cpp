// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/split.h"

namespace espalier {

void Cutter::finish()
{
    if (m_done < m_piece.text.size())
        take({.begin = m_done, .end = m_piece.text.size(), .isCut = m_invert});
    if (m_held)
        send(*m_held);
    m_held.reset();
}

void Cutter::take(Span span)
{
    if (m_behavior == SplitBehavior::Isolated)
        send(span);
    else if (m_behavior != SplitBehavior::Removed)
        merge(span);
    else if (!span.isCut)
        send(span);
}

/// Of several cuts in a row, MergedWithPrevious joins the first one, MergedWithNext the last one.
bool Cutter::joins(Span span) const
{
    switch (m_behavior) {
    case SplitBehavior::MergedWithPrevious:
        return span.isCut && !m_held->isCut;
    case SplitBehavior::MergedWithNext:
        return !span.isCut && m_held->isCut;
    default:
        return span.isCut == m_held->isCut;
    }
}

void Cutter::merge(Span span)
{
    if (!m_held) {
        m_held = span;
    } else if (joins(span)) {
        m_held->end = span.end;
        m_held->isCut = span.isCut;
    } else {
        send(*m_held);
        m_held = span;
    }
}

void Cutter::send(Span span) const
{
    if (span.begin < span.end)
        m_sink({.text = m_piece.text.substr(span.begin, span.end - span.begin),
            .atStart = m_piece.atStart && span.begin == 0});
}

} // namespace espalier
