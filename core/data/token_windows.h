// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/masking.h"
#include "core/data/token_source.h"
#include "core/forward/batch.h"

#include <cstdint>
#include <optional>
#include <span>

namespace espalier {

/// How a row of tokens is cut into samples.
///
/// Decoders predict the next token: windows overlap by one, so that each token is predicted once.
/// Encoders see both sides: windows follow one another, framed by their own tokens ([CLS] …
/// [SEP]), some tokens masked if there is a head that guesses them.
struct WindowRule
{
    std::int64_t length = 0; ///< tokens that the model reads, frame included
    bool predictsNext = true;
    std::optional<std::int32_t> first = std::nullopt;
    std::optional<std::int32_t> last = std::nullopt;
    std::optional<MaskingRule> masking = std::nullopt;

    /// Tokens of the text in one window.
    [[nodiscard]] std::int64_t body() const
    {
        return length - (first ? 1 : 0) - (last ? 1 : 0);
    }
    /// From one window to the next.
    [[nodiscard]] std::int64_t stride() const
    {
        return predictsNext ? length - 1 : body();
    }
    [[nodiscard]] std::int64_t windowsIn(std::int64_t tokens) const;
};

/// A window of a batch: where its text begins, and its number for what is drawn at random in it.
struct Window
{
    std::int64_t start = 0;
    std::uint64_t number = 0;
};

/// The windows as a batch, with labels if the rule masks.
[[nodiscard]] Batch tokenBatch(const WindowRule& rule, const TokenSource& tokens,
    std::span<const Window> windows, Seed maskingSeed);

} // namespace espalier
