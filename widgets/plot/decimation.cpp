// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/decimation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace espalier {
namespace {

constexpr std::size_t kLeaf = 16; ///< values per block of the lowest level
constexpr std::size_t kFan = 8; ///< blocks per block of the next level
// In a column of more points than this, where it is entered and left cannot be told from its lowest
// and highest point.
constexpr std::size_t kCrowded = 32;

std::size_t blocksFor(std::size_t count, std::size_t size)
{
    return (count + size - 1) / size;
}

} // namespace

bool MinMaxPyramid::isDrawable(double value) const
{
    return std::isfinite(value) && (!m_positiveOnly || value > 0);
}

void MinMaxPyramid::merge(Extremes& into, const Extremes& from)
{
    if (!from.found)
        return;
    if (!into.found) {
        into = from;
        return;
    }
    if (from.low < into.low) {
        into.low = from.low;
        into.lowest = from.lowest;
    }
    if (from.high > into.high) {
        into.high = from.high;
        into.highest = from.highest;
    }
}

void MinMaxPyramid::mergeValues(
    Extremes& into, std::span<const double> values, std::size_t begin, std::size_t end) const
{
    for (std::size_t i = begin; i < end; ++i) {
        if (isDrawable(values[i]))
            merge(into, {i, i, values[i], values[i], true});
    }
}

void MinMaxPyramid::extend(std::span<const double> values)
{
    const std::size_t firstLeaf = m_size / kLeaf; // the last block may have been incomplete
    if (m_levels.empty())
        m_levels.emplace_back();
    m_levels[0].resize(blocksFor(values.size(), kLeaf));
    for (std::size_t block = firstLeaf; block < m_levels[0].size(); ++block) {
        m_levels[0][block] = {};
        mergeValues(m_levels[0][block], values, block * kLeaf,
            std::min((block + 1) * kLeaf, values.size()));
    }
    std::size_t first = firstLeaf;
    for (std::size_t level = 1; m_levels[level - 1].size() > kFan; ++level) {
        if (m_levels.size() == level) {
            m_levels.emplace_back();
            first = 0;
        }
        const std::vector<Block>& finer = m_levels[level - 1];
        m_levels[level].resize(blocksFor(finer.size(), kFan));
        first /= kFan;
        for (std::size_t block = first; block < m_levels[level].size(); ++block) {
            m_levels[level][block] = {};
            for (std::size_t i = block * kFan; i < std::min((block + 1) * kFan, finer.size()); ++i)
                merge(m_levels[level][block], finer[i]);
        }
    }
    m_size = values.size();
}

MinMaxPyramid::Extremes MinMaxPyramid::query(
    std::span<const double> values, std::size_t begin, std::size_t end) const
{
    Extremes result;
    end = std::min(end, m_size);
    while (begin < end) {
        if (begin % kLeaf != 0 || begin + kLeaf > end) {
            const std::size_t stop = std::min(end, (begin / kLeaf + 1) * kLeaf);
            mergeValues(result, values, begin, stop);
            begin = stop;
            continue;
        }
        std::size_t level = 0;
        std::size_t size = kLeaf;
        while (level + 1 < m_levels.size() && begin % (size * kFan) == 0
            && begin + size * kFan <= end) {
            size *= kFan;
            ++level;
        }
        merge(result, m_levels[level][begin / size]);
        begin += size;
    }
    return result;
}

namespace {

/// Collects points; what cannot be drawn becomes NaN.
struct Collector
{
    std::span<const double> x;
    std::span<const double> y;
    const MinMaxPyramid& pyramid;
    XYData out = {};

    void point(std::size_t i)
    {
        out.x.push_back(x[i]);
        out.y.push_back(pyramid.isDrawable(y[i]) ? y[i] : std::numeric_limits<double>::quiet_NaN());
    }

    void column(std::size_t begin, std::size_t end)
    {
        if (end - begin <= 4) {
            for (std::size_t i = begin; i < end; ++i)
                point(i);
            return;
        }
        const MinMaxPyramid::Extremes extremes = pyramid.query(y, begin, end);
        const bool isEnd = begin == 0 || end == x.size();
        std::array<std::size_t, 4> kept = {begin, begin, begin, end - 1};
        if (extremes.found && end - begin > kCrowded && !isEnd)
            kept = {extremes.lowest, extremes.lowest, extremes.highest, extremes.highest};
        else if (extremes.found)
            kept = {begin, extremes.lowest, extremes.highest, end - 1};
        std::sort(kept.begin(), kept.end());
        const auto last = std::unique(kept.begin(), kept.end());
        for (auto it = kept.begin(); it != last; ++it)
            point(*it);
    }
};

/// First index from `from` on whose x is not below `value`; the next column is near, so strides
/// that double find it with fewer misses than halving all that is left.
std::size_t lowerBound(std::span<const double> x, std::size_t from, double value)
{
    std::size_t stride = 1;
    std::size_t begin = from;
    while (begin + stride < x.size() && x[begin + stride] < value) {
        begin += stride;
        stride *= 2;
    }
    const std::size_t end = std::min(begin + stride + 1, x.size());
    const auto at = [&x](std::size_t index) {
        return x.begin() + static_cast<std::ptrdiff_t>(index);
    };
    return static_cast<std::size_t>(std::lower_bound(at(begin), at(end), value) - x.begin());
}

} // namespace

XYData decimate(std::span<const double> x, std::span<const double> y, const MinMaxPyramid& pyramid,
    double low, double high, int columns, bool logX)
{
    Collector collector{x, y, pyramid};
    const std::size_t inside = lowerBound(x, 0, low);
    const std::size_t begin = inside > 0 ? inside - 1 : 0;
    const std::size_t past =
        static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), high) - x.begin());
    const std::size_t end = std::min(past + 1, x.size());
    const auto wanted = static_cast<std::size_t>(std::max(columns, 1));
    if (end - std::min(begin, end) <= 4 * wanted) {
        for (std::size_t i = begin; i < end; ++i)
            collector.point(i);
        return std::move(collector.out);
    }
    const bool logarithmic = logX && low > 0;
    const double start = logarithmic ? std::log(low) : low;
    const double width =
        ((logarithmic ? std::log(high) : high) - start) / static_cast<double>(wanted);
    if (begin < inside)
        collector.point(begin);
    // Columns of many points begin with a block of the pyramid: at most a sixteenth of a pixel off.
    std::size_t grain = 1;
    for (std::size_t block = kLeaf; block <= (past - inside) / wanted / 16; block *= kFan)
        grain = block;
    collector.out.x.reserve(2 * wanted + 4);
    collector.out.y.reserve(2 * wanted + 4);
    std::size_t from = inside;
    for (std::size_t column = 1; column <= wanted && from < past; ++column) {
        const double edge = start + width * static_cast<double>(column);
        const std::size_t to = column == wanted
            ? past
            : std::min(
                past, lowerBound(x, from, logarithmic ? std::exp(edge) : edge) / grain * grain);
        if (to > from)
            collector.column(from, to);
        from = to;
    }
    if (past < end)
        collector.point(past);
    return std::move(collector.out);
}

} // namespace espalier
