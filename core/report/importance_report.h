// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_shape.h"
#include "core/plan/measurements.h"
#include "core/report/heatmap.h"

#include <string_view>
#include <vector>

namespace espalier {

/// The axes that a calibration pass scores (Samragh et al. 2023, section 4.1).
enum class ScoredAxis
{
    Residual,
    Heads,
    Mlp
};

/// Scores of one axis as a picture, layers down, neurons or heads across. Class-attention blocks
/// come behind the trunk; what the narrower of both MLPs lacks is NaN. They have no stream of their
/// own.
struct ImportanceReport
{
    ScoredAxis axis = ScoredAxis::Residual;
    Heatmap map;
    std::vector<int> blockOfRow; ///< -1 for the embedding
    /// Columns by falling shared score (the mean over rows); meaningful for Residual, whose columns
    /// are one axis for the whole network. Ties keep their order.
    std::vector<int> order;
    /// [rows, columns]: the neuron behind a cell; empty where that is the column itself (see
    /// sortedWithinRows).
    std::vector<int> neuronOfCell;

    [[nodiscard]] int neuronAt(int row, int column) const;
};

/// Scores by one metric. Empty map if the measurements lack the metric, or this axis in it.
[[nodiscard]] ImportanceReport importanceReport(const Measurements& measurements,
    const ModelShape& shape, ScoredAxis axis, std::string_view metric = kMeanAbs);

/// Every row by falling score, for axes that are ranked per block: columns become ranks.
[[nodiscard]] ImportanceReport sortedWithinRows(const ImportanceReport& report);

/// Flags per neuron [rows, columns] in the report's order of cells.
[[nodiscard]] std::vector<bool> inCellOrder(
    const ImportanceReport& report, const std::vector<bool>& flags);

/// Largest over median of the shared score: how heavy the tail is. NaN without data.
[[nodiscard]] double tailRatio(const ImportanceReport& report);

} // namespace espalier
