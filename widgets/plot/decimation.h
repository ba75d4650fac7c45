// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace espalier {

/// Answers "where are the smallest and the largest value of this stretch" in logarithmic time, and
/// grows at its end. Values that cannot be drawn (not finite, or not positive where only positive
/// ones count) are left out.
class MinMaxPyramid
{
public:
    struct Extremes
    {
        std::size_t lowest = 0;
        std::size_t highest = 0;
        double low = 0; ///< the values there
        double high = 0;
        bool found = false;
    };

    explicit MinMaxPyramid(bool positiveOnly = false)
        : m_positiveOnly(positiveOnly)
    {
    }

    /// `values` are all values; those before the size of the last call must be unchanged. Cost: the
    /// new ones.
    void extend(std::span<const double> values);
    [[nodiscard]] Extremes query(
        std::span<const double> values, std::size_t begin, std::size_t end) const;
    [[nodiscard]] bool isDrawable(double value) const;
    [[nodiscard]] std::size_t size() const
    {
        return m_size;
    }

private:
    using Block = Extremes;
    static void merge(Extremes& into, const Extremes& from);
    void mergeValues(
        Extremes& into, std::span<const double> values, std::size_t begin, std::size_t end) const;

    std::vector<std::vector<Block>> m_levels;
    std::size_t m_size = 0;
    bool m_positiveOnly;
};

struct XYData
{
    std::vector<double> x;
    std::vector<double> y; ///< NaN breaks the line
};

/// What one pixel column of a line can show: its first, lowest, highest and last point (Jugel et
/// al. 2014, "M4"), so no spike is lost; of crowded columns the lowest and highest only. x ascends;
/// the result covers [low, high] and one point on either side. Few points are all kept. Cost:
/// proportional to `columns`, not to the number of points.
[[nodiscard]] XYData decimate(std::span<const double> x, std::span<const double> y,
    const MinMaxPyramid& pyramid, double low, double high, int columns, bool logX);

} // namespace espalier
