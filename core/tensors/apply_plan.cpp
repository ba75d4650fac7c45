// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/apply_plan.h"

#include "core/base/expect.h"
#include "core/tensors/fresh_parameters.h"
#include "core/tensors/gather.h"
#include "core/tensors/make_parameters.h"
#include "core/tensors/map_rows.h"
#include "core/tensors/parallel.h"
#include "core/tensors/plan_noise.h"
#include "core/tensors/row_writer.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/zeros.h>

#include <span>

namespace espalier {

namespace {

bool isDense(const AxisMap* map)
{
    return map && map->kind == AxisMap::Kind::Dense;
}

bool needsProducts(const ResolvedTerm& term)
{
    if (term.foldedGain || !term.segmentWeights.empty())
        return true;
    for (const SegmentMaps& maps : term.maps)
        for (const AxisMap* map : maps)
            if (isDense(map))
                return true;
    return false;
}

/// Rows and columns of a term without Dense maps.
struct GatherPair
{
    Gather rows;
    Gather cols;
};
GatherPair gathersOf(const ParameterPlan& plan, const ResolvedTerm& term, const ModelShape& shape)
{
    const bool isVector = plan.child.dims.size() == 1;
    return {.rows = isVector ? oneRow() : gatherOf(plan.child.dims[0], term.maps[0], shape),
        .cols = gatherOf(plan.child.dims.back(), term.maps.back(), shape)};
}

/// A zero row and the mean row of every segment of rows. [extras, columns]
at::Tensor extraRows(const Gather& rows, const at::Tensor& source)
{
    std::vector<at::Tensor> extras = {at::zeros({1, source.size(-1)}, at::kFloat)};
    std::int64_t offset = 0;
    for (const std::int64_t length : rows.meansOver) {
        extras.push_back(
            at::mean(source.narrow(0, offset, length), {0}, true, at::kDouble).to(at::kFloat));
        offset += length;
    }
    return at::cat(extras);
}

/// Selections, repeats and identities: one pass over the output.
void gatherTerm(const ParameterPlan& plan, const ResolvedTerm& term, const ParameterSet& parent,
    at::Tensor& out, bool adds)
{
    const at::Tensor source = parent.at(term.parent.role, term.parent.block);
    const auto [rows, cols] = gathersOf(plan, term, parent.config.shape);
    const std::int64_t stride = source.size(-1);
    const at::Tensor extras = !rows.hasExtras ? at::Tensor() : extraRows(rows, source);

    const float* const from = source.const_data_ptr<float>();
    const float* const beyond = extras.defined() ? extras.const_data_ptr<float>() : nullptr;
    float* const to = out.mutable_data_ptr<float>();
    const std::int64_t grain = (1 << 16) / std::max<std::int64_t>(1, cols.childLength) + 1;
    inParallel(rows.childLength, grain,
        [&, &rows = rows, &cols = cols](std::int64_t begin, std::int64_t end) {
            RowWriter writer(cols, adds);
            std::vector<float> longer(
                static_cast<std::size_t>(cols.hasExtras ? stride + cols.extraCount() : 0));
            for (std::int64_t r = begin; r < end; ++r) {
                const std::int64_t parentRow = rows.parentOf(r);
                const float* row = parentRow < rows.parentLength
                    ? from + parentRow * stride
                    : beyond + (parentRow - rows.parentLength) * stride;
                if (!longer.empty()) {
                    std::copy_n(row, stride, longer.begin());
                    appendExtras(cols, longer.data());
                    row = longer.data();
                }
                writer(row, to + r * cols.childLength, plan.scale * term.weight * rows.factorOf(r));
            }
        });
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

/// Weighs each segment of the rows by its own weight.
at::Tensor weighed(const ParameterPlan& plan, const ResolvedTerm& term, const at::Tensor& values,
    const ModelShape& parentShape)
{
    std::vector<at::Tensor> parts;
    std::int64_t offset = 0;
    for (std::size_t s = 0; s < term.segmentWeights.size(); ++s) {
        const std::int64_t length = lengthOf(plan.child.dims[0].segments[s], parentShape);
        parts.push_back(values.narrow(0, offset, length).mul(term.segmentWeights[s]));
        offset += length;
    }
    return at::cat(parts);
}

/// What multiplies a source: of a norm in front of it, its columns; of LayerScale behind it, its
/// rows.
at::Tensor gainFor(const at::Tensor& values, ParameterId id, const ParameterSet& parent)
{
    const at::Tensor gain = parent.at(id.role, id.block).detach().to(at::kDouble);
    if (parameterOf(parent.config, id).kind != ParameterKind::LayerScale)
        return gain.add(parent.config.flavour.normGainOffset);
    return values.dim() == 2 ? gain.unsqueeze(1) : gain;
}

/// A term's source in fp64, its weight and gain multiplied in.
at::Tensor sourceOf(const ParameterPlan& plan, const ResolvedTerm& term, const ParameterSet& parent)
{
    at::Tensor values = parent.at(term.parent.role, term.parent.block).detach().to(at::kDouble);
    if (term.foldedGain)
        values = values.mul(gainFor(values, *term.foldedGain, parent));
    return term.segmentWeights.empty() ? values.mul(term.weight)
                                       : weighed(plan, term, values, parent.config.shape);
}

/// Matrix products in fp64. Terms with the same maps are mixed first: one product for all.
void multiplyTerms(const ParameterPlan& plan, std::span<const ResolvedTerm> terms,
    const ParameterSet& parent, at::Tensor& out, bool adds)
{
    at::Tensor values = sourceOf(plan, terms.front(), parent);
    for (const ResolvedTerm& term : terms.subspan(1))
        values.add_(sourceOf(plan, term, parent));
    const std::vector<SegmentMaps>& maps = terms.front().maps;
    const ModelShape& shape = parent.config.shape;
    if (plan.child.dims.size() == 1)
        values = mapDimension(values.unsqueeze(1), plan.child.dims[0], maps[0], shape).squeeze(1);
    else
        values = mapDimension(mapDimension(values, plan.child.dims[0], maps[0], shape).t(),
            plan.child.dims[1], maps[1], shape)
                     .t();
    values = values.mul(plan.scale).to(at::kFloat);
    if (adds)
        out.add_(values);
    else
        out.copy_(values);
}

void addTerms(const ParameterPlan& plan, const ParameterSet& parent, at::Tensor& out)
{
    const std::span<const ResolvedTerm> terms = plan.terms;
    for (std::size_t i = 0; i < terms.size();) {
        std::size_t next = i + 1;
        if (needsProducts(terms[i])) {
            while (next < terms.size() && terms[next].maps == terms[i].maps)
                ++next;
            multiplyTerms(plan, terms.subspan(i, next - i), parent, out, i > 0);
        } else {
            gatherTerm(plan, terms[i], parent, out, i > 0);
        }
        i = next;
    }
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
    addTerms(plan, parent, out);
    if (plan.noise)
        out.add_(noiseFor(plan, out, parent.config.shape));
    return out;
}

Result<ParameterSet> applyPlan(
    const TransferPlan& plan, const ParameterSet& parent, const Progress& progress)
{
    const auto make = [&](ParameterId id) -> Result<at::Tensor> {
        return applyPlan(resolve(plan, id), parent, plan.child.shape);
    };
    return makeParameters(plan.child, make, "scaling", progress);
}

} // namespace espalier
