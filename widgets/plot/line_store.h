// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/series.h"
#include "widgets/plot/decimation.h"

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace espalier {

/// A run of values that cannot be drawn, marked where the line was last seen.
struct LineGap
{
    double x =
        0; ///< of the last drawable point before the run, or of its first point if there is none
    double y = 0; ///< of that point; NaN if there is none
    double firstX = 0; ///< where the run begins

    bool operator==(const LineGap&) const = default;
};

/// One line's raw points, its moving average and what drawing needs; grows at its end.
class LineStore
{
public:
    LineStore(Series series, bool positiveOnly, double smoothing);

    [[nodiscard]] const Series& series() const
    {
        return m_series;
    }
    [[nodiscard]] const std::vector<double>& smooth() const
    {
        return m_smooth;
    }
    [[nodiscard]] const std::vector<LineGap>& gaps() const
    {
        return m_gaps;
    }
    [[nodiscard]] bool isDrawable(double y) const
    {
        return m_raw.isDrawable(y);
    }

    /// Points with descending x are sorted in, keeping the order of equal x.
    void append(std::span<const double> x, std::span<const double> y);
    /// Moving average as LinePlot::setSmoothing describes; 0: none.
    void setSmoothing(double beta);
    void setPositiveOnly(bool positiveOnly);

    /// Smallest and largest drawable y with x in [low, high]; false if there is none.
    [[nodiscard]] bool yRange(double low, double high, std::pair<double, double>& range) const;
    [[nodiscard]] XYData rawFor(double low, double high, int columns, bool logX) const;
    [[nodiscard]] XYData smoothFor(double low, double high, int columns, bool logX) const;
    /// Index of the point nearest to x; the series must not be empty.
    [[nodiscard]] std::size_t nearest(double x) const;
    /// Index one past the last point with a drawable value and x <= high, 0 if none.
    [[nodiscard]] std::size_t lastDrawable(double high) const;

private:
    void rebuild();
    void extend(std::size_t from);

    Series m_series;
    double m_beta;
    double m_average = 0; ///< sum without bias correction
    double m_weight = 1; ///< beta^n
    std::vector<double> m_smooth;
    MinMaxPyramid m_raw;
    MinMaxPyramid m_smoothPyramid;
    std::vector<LineGap> m_gaps;
    bool m_positiveOnly;
    bool m_inGap = false;
};

} // namespace espalier
