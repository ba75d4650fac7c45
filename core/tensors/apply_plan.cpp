// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/apply_plan.h"

#include "core/base/expect.h"
#include "core/tensors/fresh_parameters.h"
#include "core/tensors/gather.h"
#include "core/tensors/parallel.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>

#include <cstring>

namespace espalier {

namespace {

bool isDense(const AxisMap* map)
{
    return map && map->kind == AxisMap::Kind::Dense;
}

bool hasDense(const ResolvedTerm& term)
{
    for (const SegmentMaps& maps : term.maps)
        for (const AxisMap* map : maps)
            if (isDense(map))
                return true;
    return false;
}

/// Selections, repeats and identities: one pass over the output.
void gatherTerm(const ParameterPlan& plan, const ResolvedTerm& term, const ParameterSet& parent,
    at::Tensor& out, bool adds)
{
    const at::Tensor source = parent.at(term.parent.role, term.parent.block);
    const ModelShape& shape = parent.config.shape;
    // A vector is a matrix with one row.
    const bool isVector = plan.child.dims.size() == 1;
    const Gather one{.parent_from_child = {}, .factor = {}, .childLength = 1};
    const Gather rows = isVector ? one : gatherOf(plan.child.dims[0], term.maps[0], shape);
    const Gather cols = gatherOf(plan.child.dims.back(), term.maps.back(), shape);
    const std::int64_t sourceStride = source.size(-1);

    const RowWriter writer{.cols = cols, .adds = adds};
    const float* const from = source.const_data_ptr<float>();
    float* const to = out.mutable_data_ptr<float>();
    const std::int64_t grain = (1 << 16) / std::max<std::int64_t>(1, cols.childLength) + 1;
    inParallel(rows.childLength, grain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t r = begin; r < end; ++r) {
            writer(from + rows.parentOf(r) * sourceStride, to + r * cols.childLength,
                plan.scale * term.weight * rows.factorOf(r));
        }
    });
}

at::Tensor toTensor(const Matrix& matrix)
{
    const at::Tensor values = at::empty({matrix.rows, matrix.cols}, at::kDouble);
    std::memcpy(values.mutable_data_ptr<double>(), matrix.values.data(),
        matrix.values.size() * sizeof(double));
    return values;
}

/// One segment [parent length, cols] of a dimension that lies first, in fp64.
at::Tensor mapRows(const at::Tensor& rows, const AxisMap* map, Side side)
{
    if (!map || map->kind == AxisMap::Kind::Identity)
        return rows;
    if (isDense(map))
        return at::matmul(toTensor(side == Side::Write ? map->write : map->read), rows);
    std::vector<std::int64_t> indices = map->child_from_parent;
    const at::Tensor index = at::from_blob(indices.data(), {map->childLength}, at::kLong);
    at::Tensor picked = at::index_select(rows, 0, index);
    if (side == Side::Read && !map->readWeight.empty()) {
        std::vector<double> weights = map->readWeight;
        picked = picked.mul(at::from_blob(weights.data(), {map->childLength, 1}, at::kDouble));
    }
    return picked;
}

at::Tensor mapDimension(
    const at::Tensor& values, const Dim& dim, const SegmentMaps& maps, const ModelShape& shape)
{
    std::vector<at::Tensor> parts;
    std::int64_t offset = 0;
    for (std::size_t s = 0; s < dim.segments.size(); ++s) {
        const std::int64_t length = lengthOf(dim.segments[s], shape);
        parts.push_back(mapRows(values.narrow(0, offset, length), maps[s], dim.side));
        offset += length;
    }
    return at::cat(parts);
}

/// Terms with a Dense map: matrix products in fp64.
void multiplyTerm(const ParameterPlan& plan, const ResolvedTerm& term, const ParameterSet& parent,
    at::Tensor& out, bool adds)
{
    const bool isVector = plan.child.dims.size() == 1;
    const ModelShape& shape = parent.config.shape;
    at::Tensor values = parent.at(term.parent.role, term.parent.block).detach().to(at::kDouble);
    if (isVector)
        values =
            mapDimension(values.unsqueeze(1), plan.child.dims[0], term.maps[0], shape).squeeze(1);
    else
        values = mapDimension(mapDimension(values, plan.child.dims[0], term.maps[0], shape).t(),
            plan.child.dims[1], term.maps[1], shape)
                     .t();
    values = values.mul(plan.scale * term.weight).to(at::kFloat);
    if (adds)
        out.add_(values);
    else
        out.copy_(values);
}

} // namespace

at::Tensor applyPlan(
    const ParameterPlan& plan, const ParameterSet& parent, const ModelShape& childShape)
{
    const std::vector<std::int64_t> sizes = sizesOf(plan.child, childShape);
    ESPALIER_EXPECT(
        !plan.terms.empty() || plan.noise, "checkPlan refuses parameters without a source");
    if (plan.terms.empty())
        return normalTensor(sizes, plan.noise->mean, plan.noise->std, plan.noiseSeed);
    at::Tensor out = at::empty(sizes, at::kFloat);
    bool adds = false;
    for (const ResolvedTerm& term : plan.terms) {
        if (hasDense(term))
            multiplyTerm(plan, term, parent, out, adds);
        else
            gatherTerm(plan, term, parent, out, adds);
        adds = true;
    }
    if (plan.noise)
        out.add_(normalTensor(sizes, plan.noise->mean, plan.noise->std, plan.noiseSeed));
    return out;
}

Result<ParameterSet> applyPlan(
    const TransferPlan& plan, const ParameterSet& parent, const Progress& progress)
{
    ParameterSet child{.config = plan.child};
    const std::vector<ParameterSpec> specs = parametersOf(plan.child);
    for (const ParameterSpec& spec : specs) {
        if (progress.stopRequested())
            return cancelled();
        progress(static_cast<double>(child.tensors.size()) / static_cast<double>(specs.size()),
            "scaling");
        child.tensors.emplace(spec.id, applyPlan(resolve(plan, spec.id), parent, plan.child.shape));
    }
    return child;
}

} // namespace espalier
