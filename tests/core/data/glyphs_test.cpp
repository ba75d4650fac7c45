// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/glyphs.h"

#include "core/data/glyph_outlines.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace espalier {
namespace {

constexpr Seed kSeed{1};

std::uint64_t checksum(const Glyph& glyph)
{
    std::uint64_t hash = 0xCBF29CE484222325ULL; // FNV-1a
    for (const std::uint8_t byte : glyph.rgb_CHW)
        hash = (hash ^ byte) * 0x100000001B3ULL;
    return hash;
}

GlyphOutline outlineOf(std::string_view name)
{
    for (const GlyphClass& row : glyphClasses())
        if (row.name == name)
            return row.outline();
    ADD_FAILURE() << "no class " << name;
    return {};
}

TEST(Glyphs, LookAsTheyAlwaysDid)
{
    EXPECT_EQ(checksum(drawGlyph(kSeed, 0)), 15607233328906699649U);
    EXPECT_EQ(checksum(drawGlyph(kSeed, 1)), 6740687914186279157U);
    EXPECT_EQ(checksum(drawGlyph(kSeed, 123'456)), 3071999884381077289U);
}

TEST(Glyphs, AreAPureFunctionOfSeedAndIndex)
{
    const Glyph later = drawGlyph(kSeed, 7);
    const Glyph other = drawGlyph(kSeed, 8);
    const Glyph again = drawGlyph(kSeed, 7);
    EXPECT_EQ(later.rgb_CHW, again.rgb_CHW);
    EXPECT_EQ(later.label, again.label);
    EXPECT_NE(later.rgb_CHW, other.rgb_CHW);
    EXPECT_NE(later.rgb_CHW, drawGlyph(Seed{2}, 7).rgb_CHW);
}

TEST(Glyphs, EveryBlockOfTwentyHasEachClassOnce)
{
    std::set<std::array<int, kGlyphClasses>> orders;
    for (std::int64_t block = 0; block < 5; ++block) {
        std::array<int, kGlyphClasses> order{};
        std::set<int> labels;
        for (std::size_t i = 0; i < order.size(); ++i) {
            order[i] = drawGlyph(kSeed, block * kGlyphClasses + static_cast<std::int64_t>(i)).label;
            labels.insert(order[i]);
        }
        EXPECT_EQ(labels.size(), 20U);
        EXPECT_EQ(*labels.begin(), 0);
        EXPECT_EQ(*labels.rbegin(), 19);
        orders.insert(order);
    }
    EXPECT_EQ(orders.size(), 5U); // the order says nothing about the next block's
}

TEST(Glyphs, UseTheRangeOfPixelsWithoutSaturating)
{
    constexpr int images = 400;
    double sum = 0.0;
    int saturated = 0;
    for (int index = 0; index < images; ++index) {
        const Glyph glyph = drawGlyph(kSeed, index);
        const auto [low, high] = std::minmax_element(glyph.rgb_CHW.begin(), glyph.rgb_CHW.end());
        EXPECT_GT(*high - *low, 40) << index; // the ink differs from the ground by 70 or more
        for (const std::uint8_t pixel : glyph.rgb_CHW) {
            sum += pixel;
            saturated += pixel == 0 || pixel == 255 ? 1 : 0;
        }
    }
    constexpr double pixels = images * 3.0 * kGlyphSize * kGlyphSize;
    EXPECT_NEAR(sum / pixels, 83.5, 10.0); // bright figures cover less than their dark grounds
    EXPECT_LT(saturated / pixels, 0.02);
}

TEST(Glyphs, ClassesHaveDifferentNames)
{
    std::set<std::string_view> names;
    for (int label = 0; label < kGlyphClasses; ++label)
        names.insert(glyphClassName(label));
    EXPECT_EQ(names.size(), 20U);
    EXPECT_EQ(glyphClasses().size(), 20U);
    EXPECT_EQ(glyphClassName(0), "disc");
    EXPECT_EQ(glyphClassName(19), "ladder");
}

TEST(GlyphOutlines, ArePairsOfPointsNearTheUnitCircle)
{
    for (const GlyphClass& row : glyphClasses()) {
        const GlyphOutline outline = row.outline();
        EXPECT_GE(outline.segments.size(), 2U) << row.name;
        EXPECT_EQ(outline.segments.size() % 2, 0U) << row.name;
        double farthest = 0.0;
        for (const GlyphPoint& point : outline.segments)
            farthest = std::max(farthest, std::hypot(point.x, point.y));
        EXPECT_GT(farthest, 0.7) << row.name;
        EXPECT_LT(farthest, 1.15) << row.name;
    }
}

TEST(GlyphOutlines, FilledFiguresAreClosed)
{
    for (const GlyphClass& row : glyphClasses()) {
        const GlyphOutline outline = row.outline();
        if (!outline.isFilled)
            continue;
        // Each corner ends one segment and begins another, so the sum over segments vanishes.
        double x = 0.0;
        double y = 0.0;
        for (std::size_t i = 0; i < outline.segments.size(); i += 2) {
            x += outline.segments[i + 1].x - outline.segments[i].x;
            y += outline.segments[i + 1].y - outline.segments[i].y;
        }
        EXPECT_NEAR(x, 0.0, 1e-12) << row.name;
        EXPECT_NEAR(y, 0.0, 1e-12) << row.name;
    }
}

TEST(GlyphOutlines, MirroredClassesAreMirrorImages)
{
    const std::array<std::array<std::string_view, 2>, 3> pairs = {
        {{"spiral clockwise", "spiral anticlockwise"}, {"S", "mirrored S"},
            {"hook right", "hook left"}}};
    for (const auto& [name, mirrorName] : pairs) {
        const GlyphOutline one = outlineOf(name);
        const GlyphOutline other = outlineOf(mirrorName);
        ASSERT_EQ(one.segments.size(), other.segments.size());
        for (std::size_t i = 0; i < one.segments.size(); ++i) {
            EXPECT_EQ(one.segments[i].x, -other.segments[i].x);
            EXPECT_EQ(one.segments[i].y, other.segments[i].y);
        }
    }
}

} // namespace
} // namespace espalier
