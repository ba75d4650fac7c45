// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace espalier {

/// A long row of byte tokens: all at hand (a file), or in pieces that are grown when somebody reads
/// them (a generator). Safe to read from several threads.
class TokenPart
{
public:
    explicit TokenPart(std::vector<std::uint8_t> tokens);
    /// `pieces` of `pieceSize` tokens; grow(i) makes piece i and is called at most once for each.
    TokenPart(std::int64_t pieces, std::int64_t pieceSize,
        std::function<std::vector<std::uint8_t>(std::int64_t piece)> grow);

    [[nodiscard]] std::int64_t size() const
    {
        return m_size;
    }
    /// Tokens first … first + out.size() - 1.
    void read(std::int64_t first, std::span<std::int64_t> out) const;
    /// Grows whatever is missing, with all threads.
    void growAll() const;

private:
    struct Piece
    {
        std::once_flag grown;
        std::vector<std::uint8_t> tokens;
    };
    [[nodiscard]] const std::vector<std::uint8_t>& piece(std::int64_t index) const;

    std::int64_t m_size = 0;
    std::int64_t m_pieceSize = 0;
    std::function<std::vector<std::uint8_t>(std::int64_t)> m_grow;
    mutable std::atomic<bool> m_allGrown = false; ///< spares the threads of growAll()
    mutable std::vector<Piece> m_pieces; ///< filled once each, under its flag
};

} // namespace espalier
