// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/provenance.h"

#include "core/base/expect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace espalier {

namespace {

struct IndexShare
{
    std::int64_t index = 0;
    double factor = 1;
};

/// Parent indices (within the segment) that feed one child index, as the map's face for this side
/// says.
std::vector<IndexShare> sharesIn(const AxisMap* map, Side side, std::int64_t child)
{
    if (!map || map->kind == AxisMap::Kind::Identity)
        return {{child, 1.0}};
    if (map->kind != AxisMap::Kind::Dense) {
        const std::int64_t index = map->child_from_parent[static_cast<std::size_t>(child)];
        const double weight = map->weightOf(child, side);
        if (index == kNothing || weight == 0)
            return {};
        if (index != kMeanOfAxis)
            return {{index, weight}};
        std::vector<IndexShare> all;
        for (std::int64_t parent = 0; parent < map->parentLength; ++parent)
            all.push_back({parent, weight / static_cast<double>(map->parentLength)});
        return all;
    }
    const Matrix& face = map->face(side);
    std::vector<IndexShare> shares;
    for (std::int64_t parent = 0; parent < face.cols; ++parent)
        if (face.at(child, parent) != 0)
            shares.push_back({parent, face.at(child, parent)});
    return shares;
}

/// The segment of a dimension that a child index lies in.
std::size_t segmentOf(const Dim& dim, const ModelShape& shape, std::int64_t child)
{
    std::size_t segment = 0;
    while (child >= lengthOf(dim.segments[segment], shape))
        child -= lengthOf(dim.segments[segment++], shape);
    return segment;
}

double weightOf(const TransferPlan& plan, const ParameterPlan& parameter, const ResolvedTerm& term,
    std::int64_t row)
{
    if (term.segmentWeights.empty())
        return term.weight;
    return term.segmentWeights[segmentOf(parameter.child.dims[0], plan.child.shape, row)];
}

/// The same for a whole dimension: finds the segment that the child index lies in.
std::vector<IndexShare> sharesIn(const TransferPlan& plan, const Dim& dim,
    const std::vector<const AxisMap*>& maps, std::int64_t child)
{
    std::int64_t childStart = 0;
    std::int64_t parentStart = 0;
    for (std::size_t s = 0; s < dim.segments.size(); ++s) {
        const std::int64_t length = lengthOf(dim.segments[s], plan.child.shape);
        if (child < childStart + length) {
            std::vector<IndexShare> shares = sharesIn(maps[s], dim.side, child - childStart);
            for (IndexShare& share : shares)
                share.index += parentStart;
            return shares;
        }
        childStart += length;
        parentStart += lengthOf(dim.segments[s], plan.parent.shape);
    }
    ESPALIER_EXPECT(false, "the cell lies inside the parameter");
    return {};
}

bool isLayerScale(Role role)
{
    return role == Role::AttentionScale || role == Role::MlpScale;
}

} // namespace

CellOrigin originOf(
    const TransferPlan& plan, ParameterId child, const std::vector<std::int64_t>& index)
{
    const ParameterPlan parameter = resolve(plan, child);
    ESPALIER_EXPECT(index.size() == parameter.child.dims.size(), "one index per dimension");
    CellOrigin origin{.sources = {}, .noise = parameter.noise};
    for (const ResolvedTerm& term : parameter.terms) {
        std::vector<CellSource> cells = {{term.parent, {},
            parameter.scale * weightOf(plan, parameter, term, index[0]), term.foldedGain}};
        for (std::size_t d = 0; d < index.size(); ++d) {
            std::vector<CellSource> longer;
            for (const CellSource& cell : cells)
                for (const IndexShare& share :
                    sharesIn(plan, parameter.child.dims[d], term.maps[d], index[d])) {
                    CellSource next = cell;
                    next.index.push_back(share.index);
                    next.factor *= share.factor;
                    longer.push_back(std::move(next));
                }
            cells = std::move(longer);
        }
        origin.sources.insert(origin.sources.end(), cells.begin(), cells.end());
    }
    return origin;
}

CellOrigin originThrough(const std::vector<TransferPlan>& plans, ParameterId child,
    const std::vector<std::int64_t>& index)
{
    ESPALIER_EXPECT(!plans.empty(), "a chain has a plan");
    CellOrigin origin = originOf(plans.back(), child, index);
    for (std::size_t i = plans.size() - 1; i-- > 0;) {
        CellOrigin earlier{.sources = {}, .noise = origin.noise};
        for (const CellSource& cell : origin.sources) {
            const CellOrigin from = originOf(plans[i], cell.parent, cell.index);
            for (CellSource source : from.sources) {
                source.factor *= cell.factor;
                earlier.sources.push_back(std::move(source));
            }
            if (!earlier.noise)
                earlier.noise = from.noise;
        }
        origin = std::move(earlier);
    }
    return origin;
}

std::string describe(const CellOrigin& origin)
{
    constexpr std::size_t kMostShown = 4;
    std::string text;
    for (std::size_t i = 0; i < origin.sources.size() && i < kMostShown; ++i) {
        const CellSource& source = origin.sources[i];
        text += fmt::format("{}{} [{}] × {:.4g}", i ? " + " : "", nameOf(source.parent),
            fmt::join(source.index, ", "), source.factor);
        if (source.foldedGain)
            text += fmt::format(" × {} [{}]", nameOf(*source.foldedGain),
                isLayerScale(source.foldedGain->role) ? source.index.front() : source.index.back());
    }
    if (origin.sources.size() > kMostShown)
        text += fmt::format(" + {} more", origin.sources.size() - kMostShown);
    if (!origin.noise)
        return text;
    const std::string noise = origin.noise->std == 0
        ? fmt::format("constant {:g}", origin.noise->mean)
        : fmt::format(
            fmt::runtime(origin.noise->relative ? "N({:g}, ({:.3g} rms)²)" : "N({:g}, {:.3g}²)"),
            origin.noise->mean, origin.noise->std);
    return text.empty() ? "fresh, " + noise : text + " + " + noise;
}

} // namespace espalier
