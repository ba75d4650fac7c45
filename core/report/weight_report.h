// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"
#include "core/report/heatmap.h"
#include "core/report/histogram.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace espalier {

/// Values of one parameter, [rows, columns], row-major; vectors have one row.
struct WeightMatrix
{
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::vector<float> values;
};

/// A parameter of the destination beside the parent's parameter that it comes from.
struct WeightPreview
{
    ParameterId child;
    std::optional<ParameterId> source; ///< the first term's; none for fresh parameters
    WeightMatrix before; ///< of the source, empty without one
    WeightMatrix after;
    double scale = 1;
};

/// Which rows and columns of the source a destination parameter leaves behind; empty vectors: none.
struct SourceMarks
{
    std::vector<bool> droppedRows;
    std::vector<bool> droppedColumns;
};

/// The parameter of the parent that the first source term of `child` reads.
[[nodiscard]] std::optional<ParameterId> sourceOf(const TransferPlan& plan, ParameterId child);
[[nodiscard]] SourceMarks sourceMarks(const TransferPlan& plan, ParameterId child);

/// The preview as pictures: both maps on one signed colour range, both histograms over one range.
struct WeightReport
{
    Heatmap before;
    Heatmap after;
    double largest = 0; ///< |value|, of both maps
    HistogramChart histograms;
};
[[nodiscard]] WeightReport weightReport(const WeightPreview& preview, std::size_t bins = 80);

} // namespace espalier
