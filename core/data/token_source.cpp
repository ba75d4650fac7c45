// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/token_source.h"

#include "core/base/expect.h"
#include "core/tensors/parallel.h"

#include <algorithm>

namespace espalier {

StoredTokens::StoredTokens(
    std::shared_ptr<const PackedTokens> tokens, std::int64_t first, std::int64_t size)
    : m_tokens(std::move(tokens))
    , m_first(first)
    , m_size(size)
{
    ESPALIER_EXPECT(
        first >= 0 && size >= 0 && first + size <= m_tokens->size(), "the stretch exists");
}

void StoredTokens::read(std::int64_t first, std::span<std::int64_t> out) const
{
    ESPALIER_EXPECT(first >= 0 && first + static_cast<std::int64_t>(out.size()) <= m_size,
        "the tokens lie inside the stretch");
    m_tokens->read(m_first + first, out);
}

GrownTokens::GrownTokens(std::int64_t pieces, std::int64_t pieceSize,
    std::function<std::vector<std::uint8_t>(std::int64_t piece)> grow)
    : m_size(pieces * pieceSize)
    , m_pieceSize(pieceSize)
    , m_grow(std::move(grow))
    , m_pieces(static_cast<std::size_t>(pieces))
{
}

const std::vector<std::uint8_t>& GrownTokens::piece(std::int64_t index) const
{
    Piece& piece = m_pieces[static_cast<std::size_t>(index)];
    std::call_once(piece.grown, [&] {
        piece.tokens = m_grow(index);
        ESPALIER_EXPECT(
            static_cast<std::int64_t>(piece.tokens.size()) == m_pieceSize, "pieces have one size");
    });
    return piece.tokens;
}

void GrownTokens::read(std::int64_t first, std::span<std::int64_t> out) const
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

void GrownTokens::prepare() const
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
