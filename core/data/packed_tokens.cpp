// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/packed_tokens.h"

#include "core/base/expect.h"

#include <algorithm>
#include <cstring>

namespace espalier {

namespace {

template <typename Narrow>
void narrow(std::span<const std::int32_t> ids, std::vector<std::byte>& raw)
{
    raw.resize(ids.size() * sizeof(Narrow));
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto id = static_cast<Narrow>(ids[i]);
        std::memcpy(raw.data() + i * sizeof(Narrow), &id, sizeof(Narrow));
    }
}

template <typename Narrow> void widen(const std::byte* raw, std::span<std::int64_t> out)
{
    for (std::size_t i = 0; i < out.size(); ++i) {
        Narrow id = 0;
        std::memcpy(&id, raw + i * sizeof(Narrow), sizeof(Narrow));
        out[i] = static_cast<std::int64_t>(id);
    }
}

} // namespace

PackedTokens::PackedTokens(std::int64_t vocab)
    : m_width(vocab <= 1 << 8  ? 1
            : vocab <= 1 << 16 ? 2
                               : 4)
{
    ESPALIER_EXPECT(vocab >= 1 && vocab <= std::int64_t{1} << 31, "tokens fit in 31 bits");
}

void PackedTokens::append(std::span<const std::int32_t> ids)
{
    std::vector<std::byte> raw;
    if (m_width == 1)
        narrow<std::uint8_t>(ids, raw);
    else if (m_width == 2)
        narrow<std::uint16_t>(ids, raw);
    else
        narrow<std::uint32_t>(ids, raw);
    appendRaw(raw);
}

void PackedTokens::appendBytes(std::span<const std::uint8_t> bytes)
{
    ESPALIER_EXPECT(m_width == 1, "a byte is a token");
    appendRaw(std::as_bytes(bytes));
}

void PackedTokens::appendPiece(std::vector<std::byte> piece)
{
    ESPALIER_EXPECT(m_size % kPieceSize == 0, "the pieces before it are full");
    m_size += static_cast<std::int64_t>(piece.size()) / m_width;
    m_pieces.push_back(std::move(piece));
}

void PackedTokens::appendRaw(std::span<const std::byte> raw)
{
    const auto full = static_cast<std::size_t>(kPieceSize * m_width);
    m_size += static_cast<std::int64_t>(raw.size()) / m_width;
    while (!raw.empty()) {
        if (m_pieces.empty() || m_pieces.back().size() == full)
            m_pieces.emplace_back();
        std::vector<std::byte>& piece = m_pieces.back();
        const std::size_t now = std::min(raw.size(), full - piece.size());
        piece.insert(piece.end(), raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(now));
        raw = raw.subspan(now);
    }
}

void PackedTokens::read(std::int64_t first, std::span<std::int64_t> out) const
{
    const auto count = static_cast<std::int64_t>(out.size());
    ESPALIER_EXPECT(first >= 0 && first + count <= m_size, "the tokens exist");
    for (std::int64_t done = 0; done < count;) {
        const std::int64_t offset = (first + done) % kPieceSize;
        const std::int64_t now = std::min(count - done, kPieceSize - offset);
        const std::byte* raw =
            m_pieces[static_cast<std::size_t>((first + done) / kPieceSize)].data()
            + offset * m_width;
        const std::span<std::int64_t> part =
            out.subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(now));
        if (m_width == 1)
            widen<std::uint8_t>(raw, part);
        else if (m_width == 2)
            widen<std::uint16_t>(raw, part);
        else
            widen<std::uint32_t>(raw, part);
        done += now;
    }
}

} // namespace espalier
