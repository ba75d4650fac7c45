// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/dense_lines.h"

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

constexpr int kTile = 16; ///< a tile of the turn fits the first cache

} // namespace

DenseLines::DenseLines(int width, int height)
    : m_width(std::max(width, 0))
    , m_height(std::max(height, 0))
    , m_columns(static_cast<std::size_t>(m_width) * static_cast<std::size_t>(m_height), 0U)
{
}

void DenseLines::addSpan(int column, double from, double to, QRgb colour)
{
    const double low = std::min(from, to);
    const double high = std::max(from, to);
    if (!(high >= 0) || !(low < m_height))
        return;
    const auto top = static_cast<std::ptrdiff_t>(std::max(low, 0.0));
    const auto bottom = static_cast<std::ptrdiff_t>(std::min(high, m_height - 1.0));
    const auto start = m_columns.begin() + static_cast<std::ptrdiff_t>(column) * m_height;
    std::fill(start + top, start + bottom + 1, colour);
}

void DenseLines::addSegment(QPointF from, QPointF to, QRgb colour)
{
    if (!(to.x() >= 0) || !(from.x() < m_width))
        return;
    const int first = static_cast<int>(std::floor(std::max(from.x(), -1.0)));
    const int last = static_cast<int>(std::floor(std::min(to.x(), m_width + 0.0)));
    if (first == last) {
        if (first >= 0 && first < m_width)
            addSpan(first, from.y(), to.y(), colour);
        return;
    }
    const double slope = (to.y() - from.y()) / (to.x() - from.x());
    const auto heightAt = [&](double x) {
        return from.y() + slope * (x - from.x());
    };
    for (int column = std::max(first, 0); column <= std::min(last, m_width - 1); ++column)
        addSpan(column, heightAt(std::max(from.x(), column + 0.0)),
            heightAt(std::min(to.x(), column + 1.0)), colour);
}

void DenseLines::add(std::span<const QPointF> points, QRgb colour)
{
    for (std::size_t i = 1; i < points.size(); ++i)
        if (std::isfinite(points[i - 1].y()) && std::isfinite(points[i].y()))
            addSegment(points[i - 1], points[i], colour);
}

QImage DenseLines::image() const
{
    QImage result(m_width, m_height, QImage::Format_ARGB32_Premultiplied);
    for (int left = 0; left < m_width; left += kTile)
        for (int y = 0; y < m_height; ++y) {
            auto* line = reinterpret_cast<QRgb*>(result.scanLine(y));
            const int right = std::min(left + kTile, m_width);
            for (int x = left; x < right; ++x)
                line[x] = m_columns[static_cast<std::size_t>(x) * static_cast<std::size_t>(m_height)
                    + static_cast<std::size_t>(y)];
        }
    return result;
}

} // namespace espalier
