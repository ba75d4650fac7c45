// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/packed_tokens.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace espalier {

/// A long row of tokens. Safe to read from several threads.
class TokenSource
{
public:
    virtual ~TokenSource() = default;
    [[nodiscard]] virtual std::int64_t size() const = 0;
    /// Tokens first … first + out.size() - 1, which exist.
    virtual void read(std::int64_t first, std::span<std::int64_t> out) const = 0;
    /// Called before tokens are read from all over the row.
    virtual void prepare() const { }
};

/// A stretch of tokens that lie in memory.
class StoredTokens : public TokenSource
{
public:
    StoredTokens(std::shared_ptr<const PackedTokens> tokens, std::int64_t first, std::int64_t size);
    [[nodiscard]] std::int64_t size() const override
    {
        return m_size;
    }
    void read(std::int64_t first, std::span<std::int64_t> out) const override;

private:
    std::shared_ptr<const PackedTokens> m_tokens;
    std::int64_t m_first = 0;
    std::int64_t m_size = 0;
};

/// Byte tokens in pieces that are grown when somebody reads them (a generator).
class GrownTokens : public TokenSource
{
public:
    /// `pieces` of `pieceSize` tokens; grow(i) makes piece i and is called at most once for each.
    GrownTokens(std::int64_t pieces, std::int64_t pieceSize,
        std::function<std::vector<std::uint8_t>(std::int64_t piece)> grow);

    [[nodiscard]] std::int64_t size() const override
    {
        return m_size;
    }
    void read(std::int64_t first, std::span<std::int64_t> out) const override;
    /// Grows whatever is missing, with all threads.
    void prepare() const override;

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
    mutable std::atomic<bool> m_allGrown = false; ///< spares the threads of prepare()
    mutable std::vector<Piece> m_pieces; ///< filled once each, under its flag
};

} // namespace espalier
