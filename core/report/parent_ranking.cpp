// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/parent_ranking.h"

#include "core/plan/footprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace espalier {

namespace {

double ratioOf(std::int64_t a, std::int64_t b)
{
    return static_cast<double>(std::min(a, b)) / static_cast<double>(std::max(a, b));
}

std::string shareOr(const std::optional<double>& value, const char* absent)
{
    return value ? fmt::format("{:.1f}", 100 * *value) : absent;
}

} // namespace

ParentFit fitOf(std::string name, const ModelConfig& parent, const ModelShape& wanted)
{
    const ModelConfig child = destinationConfig(parent, wanted);
    return {.parent = std::move(name),
        .keptParameters =
            ratioOf(footprintOf(child, 4).parameters, footprintOf(parent, 4).parameters),
        .sameHeadDim = parent.shape.headDim == wanted.headDim,
        .depthRatio = ratioOf(parent.shape.layers, wanted.layers)};
}

std::vector<ParentFit> rankedParents(std::vector<ParentFit> fits)
{
    const auto key = [](const ParentFit& fit) {
        return std::tuple(
            fit.problem.empty(), fit.sameHeadDim, fit.keptParameters * fit.depthRatio);
    };
    std::stable_sort(fits.begin(), fits.end(),
        [&](const ParentFit& a, const ParentFit& b) { return key(a) > key(b); });
    return fits;
}

Table parentTable(const std::vector<ParentFit>& fits)
{
    const auto number = [](const char* title, const char* unit) {
        return TableColumn{title, unit, Alignment::Right};
    };
    Table table{.columns = {{.title = "parent"}, number("parameters kept", "%"),
                    {.title = "head size"}, number("depth ratio", ""), number("energy kept", "%"),
                    number("untrained loss", "nats"), {.title = "note"}}};
    for (const ParentFit& fit : fits)
        table.rows.push_back({fit.parent, fmt::format("{:.1f}", 100 * fit.keptParameters),
            fit.sameHeadDim ? "same" : "other", fmt::format("{:.2f}", fit.depthRatio),
            shareOr(fit.retainedEnergy, ""),
            fit.untrainedLoss ? fmt::format("{:.3f}", *fit.untrainedLoss) : "", fit.problem});
    return table;
}

} // namespace espalier
