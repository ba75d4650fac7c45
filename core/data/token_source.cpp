// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/token_part.h"

#include "core/base/expect.h"
#include "core/tensors/parallel.h"

#include <algorithm>

namespace espalier {

TokenPart::TokenPart(std::vector<std::uint8_t> tokens)
    : m_size(static_cast<std::int64_t>(tokens.size()))
    , m_pieceSize(std::max<std::int64_t>(m_size, 1))
    , m_pieces(1)
{
    std::call_once(m_pieces[0].grown, [&] { m_pieces[0].tokens = std::move(tokens); });
}

TokenPart::TokenPart(std::int64_t pieces, std::int64_t pieceSize,
    std::function<std::vector<std::uint8_t>(std::int64_t piece)> grow)
    : m_size(pieces * pieceSize)
    , m_pieceSize(pieceSize)
    , m_grow(std::move(grow))
    , m_pieces(static_cast<std::size_t>(pieces))
{
}

const std::vector<std::uint8_t>& TokenPart::piece(std::int64_t index) const
{
    Piece& piece = m_pieces[static_cast<std::size_t>(index)];
    std::call_once(piece.grown, [&] {
        piece.tokens = m_grow(index);
        ESPALIER_EXPECT(
            static_cast<std::int64_t>(piece.tokens.size()) == m_pieceSize, "pieces have one size");
    });
    return piece.tokens;
}

void TokenPart::read(std::int64_t first, std::span<std::int64_t> out) const
{
    const auto count = static_cast<std::int64_t>(out.size());
    ESPALIER_EXPECT(first >= 0 && first + count <= m_size, "the tokens lie inside the part");
    for (std::int64_t done = 0; done < count;) {
        const std::int64_t at = first + done;
        const std::int64_t offset = at % m_pieceSize;
        const std::int64_t now = std::min(count - done, m_pieceSize - offset);
        const std::uint8_t* from = piece(at / m_pieceSize).data() + offset;
        std::copy(from, from + now, out.data() + done);
        done += now;
    }
}

void TokenPart::growAll() const
{
    if (m_allGrown)
        return;
    inParallel(
        static_cast<std::int64_t>(m_pieces.size()), 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i)
                (void)piece(i);
        });
    m_allGrown = true;
}

} // namespace espalier
