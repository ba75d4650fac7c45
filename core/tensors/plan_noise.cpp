// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/plan_noise.h"

#include "core/base/expect.h"
#include "core/tensors/fresh_parameters.h"
#include "core/tensors/gather.h"

#include <cmath>

namespace espalier {

namespace {

double rootMeanSquare(const at::Tensor& values)
{
    const at::Tensor flat = values.contiguous();
    const float* const data = flat.const_data_ptr<float>();
    double sum = 0;
    for (std::int64_t i = 0; i < flat.numel(); ++i)
        sum += static_cast<double>(data[i]) * static_cast<double>(data[i]);
    return flat.numel() == 0 ? 0 : std::sqrt(sum / static_cast<double>(flat.numel()));
}

/// Which indices of a dimension a term's maps lead to; a Dense map leads everywhere.
std::vector<bool> reachedBy(
    const Dim& dim, const SegmentMaps& maps, const ModelShape& parentShape, std::int64_t length)
{
    std::vector<bool> reached(static_cast<std::size_t>(length), true);
    for (const AxisMap* map : maps)
        if (map && map->kind == AxisMap::Kind::Dense)
            return reached;
    const Gather gather = gatherOf(dim, maps, parentShape);
    for (std::int64_t i = 0; i < length; ++i)
        reached[static_cast<std::size_t>(i)] = gather.reaches(i);
    return reached;
}

void clearReached(const ParameterPlan& plan, const ModelShape& parentShape, at::Tensor& noise)
{
    const std::int64_t cols = noise.size(-1);
    const std::int64_t rows = noise.numel() / std::max<std::int64_t>(1, cols);
    float* const data = noise.mutable_data_ptr<float>();
    for (const ResolvedTerm& term : plan.terms) {
        const auto reachedCols =
            reachedBy(plan.child.dims.back(), term.maps.back(), parentShape, cols);
        const auto reachedRows = noise.dim() == 1
            ? std::vector<bool>{true}
            : reachedBy(plan.child.dims[0], term.maps[0], parentShape, rows);
        for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t c = 0; reachedRows[static_cast<std::size_t>(r)] && c < cols; ++c)
                if (reachedCols[static_cast<std::size_t>(c)])
                    data[r * cols + c] = 0;
    }
}

/// Child columns by the parent column that they copy.
std::vector<std::vector<std::int64_t>> copiesOf(const Gather& cols)
{
    std::vector<std::vector<std::int64_t>> copies(static_cast<std::size_t>(cols.parentLength));
    for (std::int64_t c = 0; c < cols.childLength; ++c)
        if (cols.parentOf(c) < cols.parentLength)
            copies[static_cast<std::size_t>(cols.parentOf(c))].push_back(c);
    return copies;
}

/// Takes the mean over its copies from every cell and restores the spread that this takes away.
void balance(const ParameterPlan& plan, const ModelShape& parentShape, at::Tensor& noise)
{
    ESPALIER_EXPECT(noise.dim() == 2, "only matrices read an axis");
    const auto copies =
        copiesOf(gatherOf(plan.child.dims[1], plan.terms.front().maps[1], parentShape));
    const std::int64_t cols = noise.size(1);
    float* const data = noise.mutable_data_ptr<float>();
    for (std::int64_t r = 0; r < noise.size(0); ++r) {
        float* const row = data + r * cols;
        for (const std::vector<std::int64_t>& group : copies) {
            const auto n = static_cast<double>(group.size());
            double sum = 0;
            for (const std::int64_t c : group)
                sum += static_cast<double>(row[c]);
            const double spread = n > 1 ? std::sqrt(n / (n - 1)) : 0;
            for (const std::int64_t c : group)
                row[c] = static_cast<float>(spread * (static_cast<double>(row[c]) - sum / n));
        }
    }
}

} // namespace

at::Tensor noiseFor(
    const ParameterPlan& plan, const at::Tensor& signal, const ModelShape& parentShape)
{
    const Noise& noise = *plan.noise;
    const double unit = noise.relative ? rootMeanSquare(signal) : 1.0;
    at::Tensor values = normalTensor(signal.sizes(), noise.mean, noise.std * unit, plan.noiseSeed);
    if (noise.balanced)
        balance(plan, parentShape, values);
    if (noise.unreachedOnly)
        clearReached(plan, parentShape, values);
    return values;
}

} // namespace espalier
