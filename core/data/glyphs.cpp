// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/glyphs.h"

#include "core/base/expect.h"
#include "core/data/glyph_outlines.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

namespace espalier {

namespace {

constexpr double kSize = kGlyphSize;
constexpr std::size_t kPixels = std::size_t{kGlyphSize} * kGlyphSize;

using Colour = std::array<double, 3>;
using Canvas = std::array<Colour, kPixels>;

double between(SequenceRng& rng, double low, double high)
{
    return low + (high - low) * rng.uniform();
}

Colour anyColour(SequenceRng& rng)
{
    return {between(rng, 20.0, 235.0), between(rng, 20.0, 235.0), between(rng, 20.0, 235.0)};
}

double brightness(const Colour& colour)
{
    return (colour[0] + colour[1] + colour[2]) / 3.0;
}

GlyphPoint pixelCentre(std::size_t pixel)
{
    return {static_cast<double>(pixel % kGlyphSize) + 0.5,
        static_cast<double>(pixel / kGlyphSize) + 0.5};
}

void blend(Colour& under, const Colour& over, double share)
{
    for (std::size_t c = 0; c < under.size(); ++c)
        under[c] += share * (over[c] - under[c]);
}

/// A segment in pixels with what its distance needs.
struct Segment
{
    GlyphPoint from, along;
    double inverseSquare = 0.0;

    Segment(GlyphPoint a, GlyphPoint b)
        : from(a)
        , along{b.x - a.x, b.y - a.y}
    {
        inverseSquare = 1.0 / std::max(along.x * along.x + along.y * along.y, 1e-12);
    }

    [[nodiscard]] double squaredDistance(GlyphPoint p) const
    {
        const double x = p.x - from.x;
        const double y = p.y - from.y;
        const double t = std::clamp((x * along.x + y * along.y) * inverseSquare, 0.0, 1.0);
        const double dx = x - t * along.x;
        const double dy = y - t * along.y;
        return dx * dx + dy * dy;
    }

    [[nodiscard]] GlyphPoint to() const
    {
        return {from.x + along.x, from.y + along.y};
    }
};

struct Figure
{
    std::vector<Segment> segments;
    bool isFilled = false;
    double halfWidth = 0.0; ///< of strokes, in pixels
};

/// Pixels whose centres lie between low - margin and high + margin, in one direction.
struct PixelRange
{
    std::size_t begin = 0, end = 0;

    PixelRange(double a, double b, double margin)
    {
        const double low = std::min(a, b) - margin - 0.5;
        const double high = std::max(a, b) + margin - 0.5;
        begin = static_cast<std::size_t>(std::clamp(std::ceil(low), 0.0, kSize));
        end = static_cast<std::size_t>(std::clamp(std::floor(high) + 1.0, 0.0, kSize));
    }
};

/// Squared distance of each pixel to its nearest segment, where that is below `reach`; more
/// elsewhere.
void nearSegments(const Figure& figure, double reach, std::array<double, kPixels>& squared)
{
    squared.fill(4.0 * kSize * kSize);
    for (const Segment& segment : figure.segments) {
        const GlyphPoint to = segment.to();
        const PixelRange rows(segment.from.y, to.y, reach);
        const PixelRange columns(segment.from.x, to.x, reach);
        for (std::size_t row = rows.begin; row < rows.end; ++row) {
            for (std::size_t column = columns.begin; column < columns.end; ++column) {
                const std::size_t pixel = row * kGlyphSize + column;
                squared[pixel] =
                    std::min(squared[pixel], segment.squaredDistance(pixelCentre(pixel)));
            }
        }
    }
}

/// Even-odd rule: a pixel is inside if a ray from it to the right crosses an odd number of
/// segments.
void insideSegments(const Figure& figure, std::array<bool, kPixels>& inside)
{
    inside.fill(false);
    for (const Segment& segment : figure.segments) {
        const double end = segment.to().y;
        for (std::size_t row = 0; row < kGlyphSize; ++row) {
            const double y = static_cast<double>(row) + 0.5;
            if ((segment.from.y > y) == (end > y))
                continue;
            const double x =
                segment.from.x + segment.along.x * (y - segment.from.y) / segment.along.y;
            for (std::size_t column = 0;
                 column < kGlyphSize && static_cast<double>(column) + 0.5 < x; ++column)
                inside[row * kGlyphSize + column] ^= true;
        }
    }
}

/// Paints with an edge one pixel wide: coverage 1/2 - d at the signed distance d, the share of a
/// pixel that lies beyond a straight edge, to first order.
void paint(Canvas& canvas, const Figure& figure, const Colour& colour, double opacity)
{
    std::array<double, kPixels> squared;
    std::array<bool, kPixels> inside{};
    nearSegments(figure, figure.halfWidth + 1.0, squared);
    if (figure.isFilled)
        insideSegments(figure, inside);
    for (std::size_t pixel = 0; pixel < kPixels; ++pixel) {
        const double distance = std::sqrt(squared[pixel]);
        const double outside = inside[pixel] ? -distance : distance - figure.halfWidth;
        if (outside < 0.5)
            blend(canvas[pixel], colour, opacity * std::min(0.5 - outside, 1.0));
    }
}

/// The outline of a class, wobbled, stretched, sheared, turned, scaled and moved into the image.
Figure placeFigure(const GlyphOutline& outline, SequenceRng& rng)
{
    const double radius = between(rng, 7.5, 12.5);
    const double turn = between(rng, -0.4, 0.4);
    const double stretch = std::exp(between(rng, -0.2, 0.2));
    const double shear = between(rng, -0.2, 0.2);
    const double wobble = between(rng, 0.0, 0.09);
    const double phase = between(rng, 0.0, 2.0 * std::numbers::pi);
    const double room = 15.0 - radius;
    const GlyphPoint centre = {
        kSize / 2.0 + between(rng, -room, room), kSize / 2.0 + between(rng, -room, room)};
    const auto place = [=](GlyphPoint p) {
        const GlyphPoint bent = {p.x + wobble * std::sin(3.0 * p.y + phase),
            p.y + wobble * std::sin(3.0 * p.x + 2.0 * phase)};
        const GlyphPoint skewed = {bent.x * stretch + shear * bent.y, bent.y / stretch};
        return GlyphPoint{
            centre.x + radius * (skewed.x * std::cos(turn) - skewed.y * std::sin(turn)),
            centre.y + radius * (skewed.x * std::sin(turn) + skewed.y * std::cos(turn))};
    };
    Figure figure;
    const bool hollow = outline.mayBeHollow && rng.uniform() < 0.35;
    figure.isFilled = outline.isFilled && !hollow;
    figure.halfWidth = figure.isFilled ? 0.0 : std::max(0.6, radius * between(rng, 0.09, 0.16));
    for (std::size_t i = 0; i + 1 < outline.segments.size(); i += 2)
        figure.segments.emplace_back(place(outline.segments[i]), place(outline.segments[i + 1]));
    return figure;
}

void paintClutter(Canvas& canvas, int most, double opacity, SequenceRng& rng)
{
    for (auto left = rng.below(static_cast<std::uint64_t>(most) + 1); left > 0; --left) {
        const GlyphPoint from = {between(rng, 0.0, kSize), between(rng, 0.0, kSize)};
        const double angle = between(rng, 0.0, 2.0 * std::numbers::pi);
        const double length = between(rng, 4.0, 22.0);
        Figure line;
        line.segments.emplace_back(
            from, GlyphPoint{from.x + length * std::cos(angle), from.y + length * std::sin(angle)});
        line.halfWidth = between(rng, 0.4, 1.0);
        paint(canvas, line, anyColour(rng), opacity);
    }
}

void paintGradient(Canvas& canvas, const Colour& from, const Colour& to, double angle)
{
    for (std::size_t pixel = 0; pixel < kPixels; ++pixel) {
        const GlyphPoint p = pixelCentre(pixel);
        const double along =
            (p.x - kSize / 2.0) * std::cos(angle) + (p.y - kSize / 2.0) * std::sin(angle);
        canvas[pixel] = from;
        blend(canvas[pixel], to, std::clamp(0.5 + along / kSize, 0.0, 1.0));
    }
}

/// Adds noise of this deviation and rounds. A sum of four uniform bytes is close enough to normal
/// and takes one draw of the generator for four pixels.
void develop(const Canvas& canvas, double deviation, const CounterRng& noise, Glyph& glyph)
{
    constexpr double byteDeviation = 73.9; // sqrt((256^2 - 1) / 12)
    const double scale = deviation / (2.0 * byteDeviation);
    for (std::size_t i = 0; i < glyph.rgb_CHW.size(); i += 4) {
        const auto bits = noise.bits(i / 4);
        for (std::size_t k = 0; k < 4; ++k) {
            const std::uint32_t word = bits[k];
            const std::uint32_t sum =
                (word & 255U) + ((word >> 8) & 255U) + ((word >> 16) & 255U) + (word >> 24);
            const double value = canvas[(i + k) % kPixels][(i + k) / kPixels]
                + scale * (static_cast<double>(sum) - 510.0);
            glyph.rgb_CHW[i + k] =
                static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
        }
    }
}

int labelOf(Seed seed, std::int64_t index)
{
    const auto block = static_cast<std::uint64_t>(index / kGlyphClasses);
    const auto order =
        randomPermutation(kGlyphClasses, derive(derive(seed, "glyph labels"), block));
    return static_cast<int>(order[static_cast<std::size_t>(index % kGlyphClasses)]);
}

} // namespace

std::string_view glyphClassName(int label)
{
    ESPALIER_EXPECT(label >= 0 && label < kGlyphClasses, "a glyph's label is its class");
    return glyphClasses()[static_cast<std::size_t>(label)].name;
}

Glyph drawGlyph(Seed seed, std::int64_t index)
{
    ESPALIER_EXPECT(index >= 0, "glyphs are numbered from 0");
    const Seed own = derive(derive(seed, "glyph"), static_cast<std::uint64_t>(index));
    SequenceRng rng(own);
    Glyph glyph;
    glyph.label = labelOf(seed, index);

    Colour ground = anyColour(rng);
    Colour otherGround = ground;
    blend(otherGround, anyColour(rng), 0.4);
    Colour ink = anyColour(rng);
    while (brightness(ink) < 150.0)
        ink = anyColour(rng);
    for (Colour* colour : {&otherGround, &ground})
        blend(*colour, Colour{}, std::max(0.0, 1.0 - 70.0 / brightness(*colour)));

    Canvas canvas;
    paintGradient(canvas, ground, otherGround, between(rng, 0.0, 2.0 * std::numbers::pi));
    paintClutter(canvas, 2, 0.4, rng);
    const GlyphOutline outline = glyphClasses()[static_cast<std::size_t>(glyph.label)].outline();
    paint(canvas, placeFigure(outline, rng), ink, 1.0);
    paintClutter(canvas, 1, 0.4, rng);
    develop(canvas, between(rng, 4.0, 14.0), CounterRng(derive(own, "noise")), glyph);
    return glyph;
}

} // namespace espalier
