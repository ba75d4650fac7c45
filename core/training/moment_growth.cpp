// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/moment_growth.h"

#include "core/tensors/gather.h"

#include <ATen/ops/zeros.h>
#include <fmt/format.h>

namespace espalier {

namespace {

/// Where the cells of one destination parameter come from; cells made of nothing are left at -1.
struct CopiedCells
{
    std::vector<int> term; ///< index into ParameterPlan::terms
    std::vector<std::int64_t> parentCell; ///< row-major
    std::vector<double> factor;
};

Error mixes(const ParameterPlan& plan)
{
    return refused(fmt::format("{}: optimizer moments go along with copies alone, found cells made "
                               "of several parent cells",
        nameOf(plan.child.id)));
}

bool copies(const ResolvedTerm& term)
{
    if (term.foldedGain || !term.segmentWeights.empty())
        return false;
    for (const SegmentMaps& maps : term.maps)
        for (const AxisMap* map : maps)
            if (map && map->kind == AxisMap::Kind::Dense)
                return false;
    return true;
}

/// Enters the cells that a term reaches; false if another term, or a mean, reaches one of them too.
bool enter(const ParameterPlan& plan, int number, const ModelShape& parentShape, CopiedCells& cells)
{
    const ResolvedTerm& term = plan.terms[static_cast<std::size_t>(number)];
    const bool isVector = plan.child.dims.size() == 1;
    const Gather rows =
        isVector ? oneRow() : gatherOf(plan.child.dims[0], term.maps[0], parentShape);
    const Gather cols = gatherOf(plan.child.dims.back(), term.maps.back(), parentShape);
    for (std::int64_t r = 0; r < rows.childLength; ++r) {
        for (std::int64_t c = 0; c < cols.childLength; ++c) {
            const double factor = plan.scale * term.weight * rows.factorOf(r) * cols.factorOf(c);
            if (factor == 0 || !rows.reaches(r) || !cols.reaches(c))
                continue;
            const auto cell = static_cast<std::size_t>(r * cols.childLength + c);
            if (rows.parentOf(r) > rows.parentLength || cols.parentOf(c) > cols.parentLength
                || cells.term[cell] >= 0)
                return false;
            cells.term[cell] = number;
            cells.parentCell[cell] = rows.parentOf(r) * cols.parentLength + cols.parentOf(c);
            cells.factor[cell] = factor;
        }
    }
    return true;
}

Result<CopiedCells> copiedCells(const ParameterPlan& plan, const TransferPlan& whole)
{
    std::size_t count = 1;
    for (const std::int64_t size : sizesOf(plan.child, whole.child.shape))
        count *= static_cast<std::size_t>(size);
    CopiedCells cells{.term = std::vector<int>(count, -1),
        .parentCell = std::vector<std::int64_t>(count, -1),
        .factor = std::vector<double>(count, 0)};
    for (std::size_t t = 0; t < plan.terms.size(); ++t)
        if (!copies(plan.terms[t]) || !enter(plan, static_cast<int>(t), whole.parent.shape, cells))
            return mixes(plan);
    return cells;
}

/// Destination cells per parent cell of each term's parameter. Terms of one parameter share theirs.
std::map<ParameterId, std::vector<std::int64_t>> copyCounts(
    const ParameterPlan& plan, const CopiedCells& cells)
{
    std::map<ParameterId, std::vector<std::int64_t>> counts;
    for (std::size_t i = 0; i < cells.term.size(); ++i) {
        if (cells.term[i] < 0)
            continue;
        const ResolvedTerm& term = plan.terms[static_cast<std::size_t>(cells.term[i])];
        std::vector<std::int64_t>& count = counts[term.parent];
        const auto cell = static_cast<std::size_t>(cells.parentCell[i]);
        if (count.size() <= cell)
            count.resize(cell + 1, 0);
        ++count[cell];
    }
    return counts;
}

struct MomentPair
{
    at::Tensor first;
    at::Tensor second;
};

MomentPair carried(const ParameterPlan& plan, const TransferPlan& whole, const CopiedCells& cells,
    const Moments& parent)
{
    const std::vector<std::int64_t> sizes = sizesOf(plan.child, whole.child.shape);
    MomentPair pair{at::zeros(sizes, at::kFloat), at::zeros(sizes, at::kFloat)};
    float* const first = pair.first.mutable_data_ptr<float>();
    float* const second = pair.second.mutable_data_ptr<float>();
    const auto counts = copyCounts(plan, cells);
    for (std::size_t i = 0; i < cells.term.size(); ++i) {
        if (cells.term[i] < 0)
            continue;
        const ParameterId source = plan.terms[static_cast<std::size_t>(cells.term[i])].parent;
        const auto cell = static_cast<std::size_t>(cells.parentCell[i]);
        const double share = static_cast<double>(counts.at(source)[cell]) * cells.factor[i];
        const auto valueIn = [&](const std::map<ParameterId, at::Tensor>& moments) {
            return static_cast<double>(moments.at(source).const_data_ptr<float>()[cell]);
        };
        first[i] = static_cast<float>(valueIn(parent.first) / share);
        second[i] = static_cast<float>(valueIn(parent.second) / (share * share));
    }
    return pair;
}

} // namespace

Result<Moments> grownMoments(const TransferPlan& plan, const Moments& parent)
{
    Moments child;
    for (const ParameterSpec& spec : parametersOf(plan.child)) {
        const ParameterPlan parameter = resolve(plan, spec.id);
        const Result<CopiedCells> cells = copiedCells(parameter, plan);
        if (!cells)
            return cells.error();
        MomentPair pair = carried(parameter, plan, *cells, parent);
        child.first.emplace(spec.id, std::move(pair.first));
        child.second.emplace(spec.id, std::move(pair.second));
    }
    return child;
}

Status carriesMoments(const TransferPlan& plan)
{
    for (const ParameterSpec& spec : parametersOf(plan.child))
        if (const auto cells = copiedCells(resolve(plan, spec.id), plan); !cells)
            return cells.error();
    return {};
}

} // namespace espalier
