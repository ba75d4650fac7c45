// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/line_store.h"

#include "core/base/expect.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace espalier {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

void sortByX(Series& series)
{
    std::vector<std::size_t> order(series.x.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
        [&series](std::size_t a, std::size_t b) { return series.x[a] < series.x[b]; });
    for (std::vector<double>* values : {&series.x, &series.y, &series.low, &series.high}) {
        if (values->size() != order.size())
            continue;
        std::vector<double> sorted(order.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            sorted[i] = (*values)[order[i]];
        *values = std::move(sorted);
    }
}

} // namespace

LineStore::LineStore(Series series, bool positiveOnly, double smoothing)
    : m_series(std::move(series))
    , m_beta(smoothing)
    , m_raw(positiveOnly)
    , m_smoothPyramid(positiveOnly)
    , m_positiveOnly(positiveOnly)
{
    ESPALIER_EXPECT(m_series.x.size() == m_series.y.size(), "a series has one y per x");
    if (!std::is_sorted(m_series.x.begin(), m_series.x.end()))
        sortByX(m_series);
    rebuild();
}

void LineStore::append(std::span<const double> x, std::span<const double> y)
{
    ESPALIER_EXPECT(x.size() == y.size(), "a series has one y per x");
    const std::size_t before = m_series.x.size();
    m_series.x.insert(m_series.x.end(), x.begin(), x.end());
    m_series.y.insert(m_series.y.end(), y.begin(), y.end());
    const auto start =
        m_series.x.begin() + static_cast<std::ptrdiff_t>(before > 0 ? before - 1 : 0);
    if (std::is_sorted(start, m_series.x.end())) {
        extend(before);
        return;
    }
    sortByX(m_series);
    rebuild();
}

void LineStore::setSmoothing(double beta)
{
    m_beta = std::clamp(beta, 0.0, 0.9999);
    rebuild();
}

void LineStore::setPositiveOnly(bool positiveOnly)
{
    m_positiveOnly = positiveOnly;
    rebuild();
}

void LineStore::rebuild()
{
    m_raw = MinMaxPyramid(m_positiveOnly);
    m_smoothPyramid = MinMaxPyramid(m_positiveOnly);
    m_average = 0;
    m_weight = 1;
    m_smooth.clear();
    m_gaps.clear();
    m_inGap = false;
    extend(0);
}

void LineStore::extend(std::size_t from)
{
    m_raw.extend(m_series.y);
    for (std::size_t i = from; i < m_series.y.size(); ++i) {
        const bool drawable = m_raw.isDrawable(m_series.y[i]);
        if (!drawable && !m_inGap)
            m_gaps.push_back({i > 0 ? m_series.x[i - 1] : m_series.x[i],
                i > 0 ? m_series.y[i - 1] : kNan, m_series.x[i]});
        m_inGap = !drawable;
    }
    if (m_beta <= 0)
        return;
    for (std::size_t i = from; i < m_series.y.size(); ++i) {
        const double value = m_series.y[i];
        if (!std::isfinite(value)) {
            m_smooth.push_back(kNan);
            continue;
        }
        m_average = m_beta * m_average + (1 - m_beta) * value;
        m_weight *= m_beta;
        m_smooth.push_back(m_average / (1 - m_weight));
    }
    m_smoothPyramid.extend(m_smooth);
}

bool LineStore::yRange(double low, double high, std::pair<double, double>& range) const
{
    const auto& x = m_series.x;
    const auto begin =
        static_cast<std::size_t>(std::lower_bound(x.begin(), x.end(), low) - x.begin());
    const auto end =
        static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), high) - x.begin());
    const MinMaxPyramid::Extremes extremes = m_raw.query(m_series.y, begin, end);
    if (extremes.found)
        range = {m_series.y[extremes.lowest], m_series.y[extremes.highest]};
    return extremes.found;
}

XYData LineStore::rawFor(double low, double high, int columns, bool logX) const
{
    return decimate(m_series.x, m_series.y, m_raw, low, high, columns, logX);
}

XYData LineStore::smoothFor(double low, double high, int columns, bool logX) const
{
    if (m_smooth.empty())
        return {};
    return decimate(m_series.x, m_smooth, m_smoothPyramid, low, high, columns, logX);
}

std::size_t LineStore::nearest(double x) const
{
    const auto& xs = m_series.x;
    ESPALIER_EXPECT(!xs.empty(), "an empty series has no nearest point");
    const auto after =
        static_cast<std::size_t>(std::lower_bound(xs.begin(), xs.end(), x) - xs.begin());
    if (after == 0)
        return 0;
    if (after == xs.size())
        return after - 1;
    return x - xs[after - 1] <= xs[after] - x ? after - 1 : after;
}

std::size_t LineStore::lastDrawable(double high) const
{
    const auto& x = m_series.x;
    auto end = static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), high) - x.begin());
    while (end > 0 && !isDrawable(m_series.y[end - 1]))
        --end;
    return end;
}

} // namespace espalier
