// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/glyph_outlines.h"

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <numbers>

namespace espalier {

namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

using Path = std::vector<GlyphPoint>;

GlyphPoint polar(double radius, double angle)
{
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

void addPath(GlyphOutline& to, const Path& path, bool isClosed)
{
    for (std::size_t i = 0; i + 1 < path.size(); ++i)
        to.segments.insert(to.segments.end(), {path[i], path[i + 1]});
    if (isClosed)
        to.segments.insert(to.segments.end(), {path.back(), path.front()});
}

GlyphOutline area(const Path& path, bool mayBeHollow = true)
{
    GlyphOutline outline;
    outline.isFilled = true;
    outline.mayBeHollow = mayBeHollow;
    addPath(outline, path, true);
    return outline;
}

GlyphOutline strokes(std::initializer_list<Path> paths)
{
    GlyphOutline outline;
    for (const Path& path : paths)
        addPath(outline, path, false);
    return outline;
}

GlyphOutline mirrored(GlyphOutline outline)
{
    for (GlyphPoint& point : outline.segments)
        point.x = -point.x;
    return outline;
}

/// Points of a circle's arc, both ends included.
Path arc(GlyphPoint centre, double radius, double from, double to, int steps)
{
    Path path;
    for (int i = 0; i <= steps; ++i) {
        const GlyphPoint p = polar(radius, from + (to - from) * i / steps);
        path.push_back({centre.x + p.x, centre.y + p.y});
    }
    return path;
}

Path circle(GlyphPoint centre, double radius, int steps)
{
    Path path = arc(centre, radius, 0.0, kTurn, steps);
    path.pop_back();
    return path;
}

void append(Path& to, const Path& more)
{
    to.insert(to.end(), more.begin(), more.end());
}

GlyphOutline disc()
{
    return area(circle({}, 0.85, 24), false);
}

GlyphOutline ring()
{
    GlyphOutline outline;
    addPath(outline, circle({}, 0.75, 24), true);
    return outline;
}

GlyphOutline polygon(int corners, double radius)
{
    return area(circle({}, radius, corners));
}

GlyphOutline triangle()
{
    return polygon(3, 1.0);
}

GlyphOutline square()
{
    return polygon(4, 1.0);
}

GlyphOutline hexagon()
{
    return polygon(6, 0.9);
}

GlyphOutline star()
{
    Path path;
    for (int i = 0; i < 10; ++i)
        path.push_back(polar(i % 2 == 0 ? 1.0 : 0.45, kTurn * i / 10.0));
    return area(path);
}

GlyphOutline plus()
{
    constexpr double a = 0.28;
    constexpr double b = 0.95;
    return area({{-a, -b}, {a, -b}, {a, -a}, {b, -a}, {b, a}, {a, a}, {a, b}, {-a, b}, {-a, a},
        {-b, a}, {-b, -a}, {-a, -a}});
}

/// Left of two circles that cross at (0.35, +-0.82).
GlyphOutline crescent()
{
    const double outer = std::atan2(0.82, 0.35);
    const double inner = std::atan2(0.82, -0.15);
    const double innerRadius = std::hypot(0.82, 0.15);
    Path path = arc({}, std::hypot(0.82, 0.35), outer, kTurn - outer, 14);
    Path back = arc({0.5, 0.0}, innerRadius, kTurn - inner, inner, 10);
    back.pop_back();
    path.insert(path.end(), back.begin() + 1, back.end());
    return area(path, false);
}

GlyphOutline heart()
{
    Path path;
    for (int i = 0; i < 24; ++i) {
        const double t = kTurn * i / 24.0;
        const double x = 16.0 * std::pow(std::sin(t), 3.0);
        const double y = 13.0 * std::cos(t) - 5.0 * std::cos(2.0 * t) - 2.0 * std::cos(3.0 * t)
            - std::cos(4.0 * t);
        path.push_back({x / 17.0, -y / 17.0});
    }
    return area(path);
}

GlyphOutline arrow()
{
    return area({{-0.95, -0.22}, {0.1, -0.22}, {0.1, -0.65}, {1.0, 0.0}, {0.1, 0.65}, {0.1, 0.22},
        {-0.95, 0.22}});
}

/// Lens between two circles.
GlyphOutline leaf()
{
    constexpr double radius = 1.25;
    constexpr double centre = 0.78;
    const double half = std::acos(centre / radius);
    Path path = arc({-centre, 0.0}, radius, -half, half, 10);
    Path back = arc({centre, 0.0}, radius, kTurn / 2.0 - half, kTurn / 2.0 + half, 10);
    back.pop_back();
    path.insert(path.end(), back.begin() + 1, back.end());
    return area(path);
}

GlyphOutline spiral()
{
    Path path;
    constexpr int steps = 26;
    for (int i = 0; i <= steps; ++i) {
        const double t = static_cast<double>(i) / steps;
        path.push_back(polar(0.08 + 0.9 * t, 1.7 * kTurn * t));
    }
    return strokes({path});
}

GlyphOutline mirroredSpiral()
{
    return mirrored(spiral());
}

/// Two arcs, as the letter S.
GlyphOutline sCurve()
{
    Path path = arc({0.0, -0.45}, 0.45, -0.08 * kTurn, -0.75 * kTurn, 10);
    path.pop_back();
    append(path, arc({0.0, 0.45}, 0.45, -0.25 * kTurn, 0.42 * kTurn, 10));
    return strokes({path});
}

GlyphOutline mirroredSCurve()
{
    return mirrored(sCurve());
}

GlyphOutline hook()
{
    return strokes({{{-0.35, -0.95}, {-0.35, 0.8}, {0.45, 0.8}}});
}

GlyphOutline mirroredHook()
{
    return mirrored(hook());
}

GlyphOutline twoDots()
{
    GlyphOutline outline = area(circle({-0.58, 0.0}, 0.36, 12), false);
    addPath(outline, circle({0.58, 0.0}, 0.36, 12), true);
    return outline;
}

GlyphOutline grid()
{
    constexpr double a = 0.32;
    constexpr double b = 0.9;
    return strokes(
        {{{-a, -b}, {-a, b}}, {{a, -b}, {a, b}}, {{-b, -a}, {b, -a}}, {{-b, a}, {b, a}}});
}

GlyphOutline ladder()
{
    constexpr double a = 0.38;
    return strokes({{{-a, -1.0}, {-a, 1.0}}, {{a, -1.0}, {a, 1.0}}, {{-a, -0.6}, {a, -0.6}},
        {{-a, 0.0}, {a, 0.0}}, {{-a, 0.6}, {a, 0.6}}});
}

constexpr GlyphClass kClasses[] = {
    {"disc", disc},
    {"ring", ring},
    {"triangle", triangle},
    {"square", square},
    {"hexagon", hexagon},
    {"star", star},
    {"plus", plus},
    {"crescent", crescent},
    {"heart", heart},
    {"arrow", arrow},
    {"leaf", leaf},
    {"spiral clockwise", spiral},
    {"spiral anticlockwise", mirroredSpiral},
    {"S", sCurve},
    {"mirrored S", mirroredSCurve},
    {"hook right", hook},
    {"hook left", mirroredHook},
    {"two dots", twoDots},
    {"grid", grid},
    {"ladder", ladder},
};

} // namespace

std::span<const GlyphClass> glyphClasses()
{
    return kClasses;
}

} // namespace espalier
