// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/map_rows.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/zeros.h>

#include <cstring>

namespace espalier {

namespace {

at::Tensor columnOf(std::vector<double> values)
{
    return at::from_blob(values.data(), {static_cast<std::int64_t>(values.size()), 1}, at::kDouble)
        .clone();
}

} // namespace

at::Tensor tensorOf(const Matrix& matrix)
{
    const at::Tensor values = at::empty({matrix.rows, matrix.cols}, at::kDouble);
    std::memcpy(values.mutable_data_ptr<double>(), matrix.values.data(),
        matrix.values.size() * sizeof(double));
    return values;
}

Matrix matrixFrom(const at::Tensor& values)
{
    const at::Tensor doubles = values.detach().to(at::kDouble).contiguous();
    const double* const begin = doubles.const_data_ptr<double>();
    return {doubles.size(0), doubles.size(1), {begin, begin + doubles.numel()}};
}

at::Tensor mapRows(const at::Tensor& rows, const AxisMap* map, Side side)
{
    if (!map || map->kind == AxisMap::Kind::Identity)
        return rows;
    if (map->kind == AxisMap::Kind::Dense)
        return at::matmul(tensorOf(map->face(side)).to(rows.scalar_type()), rows);
    const at::Tensor longer =
        at::cat({rows, at::zeros({1, rows.size(1)}, rows.options()), at::mean(rows, {0}, true)});
    std::vector<std::int64_t> indices = map->child_from_parent;
    for (std::int64_t& index : indices)
        if (index < 0)
            index = index == kNothing ? rows.size(0) : rows.size(0) + 1;
    const at::Tensor picked = at::index_select(
        longer, 0, at::from_blob(indices.data(), {map->childLength}, at::kLong).clone());
    const std::vector<double>& weights = side == Side::Read ? map->readWeight : map->writeWeight;
    return weights.empty() ? picked : picked.mul(columnOf(weights).to(rows.scalar_type()));
}

} // namespace espalier
