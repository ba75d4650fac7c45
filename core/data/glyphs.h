// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/random.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace espalier {

inline constexpr int kGlyphSize = 32;
inline constexpr int kGlyphClasses = 20;

/// "disc", "spiral clockwise" …; 0 <= label < kGlyphClasses.
[[nodiscard]] std::string_view glyphClassName(int label);

/// "glyphs", the built-in images: one shape or stroke figure on a cluttered, noisy background.
///
/// Every figure appears turned by up to 23 degrees, in random size, place, stretch, wobble, line
/// width and colours (bright on dark), partly crossed by faint lines. Three classes are mirror
/// images of three others: neither colour nor local parts tell those apart.
struct Glyph
{
    std::array<std::uint8_t, std::size_t{3} * kGlyphSize * kGlyphSize>
        rgb_CHW{}; ///< [channel, row, column]
    int label = 0;
};

/// Image `index` (>= 0) of the endless series of this seed; a pure function. Each run of 20 images
/// that starts at a multiple of 20 has every class once, in random order. Cost: below 0.1 ms.
[[nodiscard]] Glyph drawGlyph(Seed seed, std::int64_t index);

} // namespace espalier
