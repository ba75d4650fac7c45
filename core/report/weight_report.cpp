// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/weight_report.h"

#include "core/report/dropped.h"

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

/// Kept flags of one dimension, its segments laid end to end.
std::vector<bool> keptAlong(
    const Dim& dim, const std::vector<const AxisMap*>& maps, const ModelShape& parent)
{
    std::vector<bool> kept;
    for (std::size_t segment = 0; segment < dim.segments.size(); ++segment) {
        const AxisMap* map = segment < maps.size() ? maps[segment] : nullptr;
        const std::vector<bool> used = usedBy(map, lengthOf(dim.segments[segment], parent));
        kept.insert(kept.end(), used.begin(), used.end());
    }
    return kept;
}

void unite(std::vector<bool>& kept, const std::vector<bool>& other)
{
    if (kept.empty())
        kept.assign(other.size(), false);
    for (std::size_t i = 0; i < std::min(kept.size(), other.size()); ++i)
        kept[i] = kept[i] || other[i];
}

Heatmap mapOf(const WeightMatrix& matrix)
{
    Heatmap map;
    map.rowTitle = "out";
    map.columnTitle = "in";
    map.valueTitle = "weight";
    map.rows = static_cast<std::size_t>(matrix.rows);
    map.columns = static_cast<std::size_t>(matrix.columns);
    map.values = matrix.values;
    map.isSigned = true;
    return map;
}

double largestOf(const WeightMatrix& matrix)
{
    const ValueRange range = finiteRange(matrix.values);
    return std::max(std::abs(range.low), std::abs(range.high));
}

} // namespace

std::optional<ParameterId> sourceOf(const TransferPlan& plan, ParameterId child)
{
    const ParameterPlan resolved = resolve(plan, child);
    if (resolved.terms.empty())
        return std::nullopt;
    return resolved.terms.front().parent;
}

SourceMarks sourceMarks(const TransferPlan& plan, ParameterId child)
{
    const ParameterPlan resolved = resolve(plan, child);
    std::vector<bool> first;
    std::vector<bool> second;
    for (const ResolvedTerm& term : resolved.terms) {
        if (term.parent != resolved.terms.front().parent)
            continue;
        const ParameterSpec spec = parameterOf(plan.parent, term.parent);
        for (std::size_t d = 0; d < spec.dims.size(); ++d)
            unite(d == 0 ? first : second,
                keptAlong(spec.dims[d],
                    d < term.maps.size() ? term.maps[d] : std::vector<const AxisMap*>{},
                    plan.parent.shape));
    }
    first.flip();
    second.flip();
    // Vectors are drawn as one row, so their only dimension runs across.
    const bool isVector = resolved.child.dims.size() < 2;
    return isVector ? SourceMarks{{}, std::move(first)}
                    : SourceMarks{std::move(first), std::move(second)};
}

WeightReport weightReport(const WeightPreview& preview, std::size_t bins)
{
    WeightReport report;
    report.before = mapOf(preview.before);
    report.after = mapOf(preview.after);
    report.largest = std::max(largestOf(preview.before), largestOf(preview.after));
    const ValueRange range{-report.largest, report.largest};
    report.histograms.xTitle = "weight";
    if (!preview.before.values.empty()) {
        Histogram before = makeHistogram(preview.before.values, bins, range);
        before.title = "parent";
        before.role = PlotRole::Parent;
        report.histograms.histograms.push_back(std::move(before));
    }
    Histogram after = makeHistogram(preview.after.values, bins, range);
    after.title = "destination";
    after.role = PlotRole::Destination;
    report.histograms.histograms.push_back(std::move(after));
    return report;
}

} // namespace espalier
