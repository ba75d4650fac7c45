// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace espalier {

/// A matrix of values to be drawn as colours, row 0 on top. NaN is allowed and shown as NaN.
struct Heatmap
{
    std::string title = {};
    std::string rowTitle = {}; ///< what a row is, e.g. "layer"
    std::string columnTitle = {}; ///< what a column is, e.g. "residual channel"
    std::string valueTitle = {}; ///< what a cell says, e.g. "mean |activation|"
    std::string unit = {}; ///< of the values; empty for a pure number
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<float> values = {}; ///< rows * columns, row-major
    std::vector<std::string> rowLabels = {}; ///< empty: the row's number
    std::vector<std::string> columnLabels = {}; ///< empty: the column's number
    bool isSigned = false; ///< drawn blue-neutral-red about zero

    [[nodiscard]] float at(std::size_t row, std::size_t column) const
    {
        return values[row * columns + column];
    }
    [[nodiscard]] bool isEmpty() const
    {
        return rows == 0 || columns == 0;
    }

    bool operator==(const Heatmap&) const = default;
};

} // namespace espalier
