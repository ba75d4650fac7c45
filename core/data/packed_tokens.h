// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace espalier {

/// Token numbers in memory, each in the fewest of 1, 2 or 4 bytes that hold the vocabulary. They
/// lie in pieces, so that growing never copies what is there.
class PackedTokens
{
public:
    static constexpr std::int64_t kPieceSize = std::int64_t{1} << 24;

    /// 1 <= vocab <= 2^31.
    explicit PackedTokens(std::int64_t vocab);

    [[nodiscard]] std::int64_t size() const
    {
        return m_size;
    }
    /// Bytes that one token takes.
    [[nodiscard]] int width() const
    {
        return m_width;
    }
    /// 0 <= id < vocab.
    void append(std::span<const std::int32_t> ids);
    /// Tokens of one byte each; width() must be 1.
    void appendBytes(std::span<const std::uint8_t> bytes);
    /// Tokens first … first + out.size() - 1, which exist.
    void read(std::int64_t first, std::span<std::int64_t> out) const;

    /// Native-endian numbers of width() bytes; all but the last piece hold kPieceSize tokens.
    [[nodiscard]] const std::vector<std::vector<std::byte>>& pieces() const
    {
        return m_pieces;
    }
    /// A piece as pieces() gives them; only after full ones.
    void appendPiece(std::vector<std::byte> piece);

private:
    void appendRaw(std::span<const std::byte> raw);

    int m_width = 1;
    std::int64_t m_size = 0;
    std::vector<std::vector<std::byte>> m_pieces;
};

} // namespace espalier
