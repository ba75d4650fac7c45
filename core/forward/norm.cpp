// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/norm.h"

#include "core/forward/layer_norm.h"
#include "core/forward/rms_norm_loops.h"
#include "core/tensors/plain_tensor.h"
#include "core/tensors/row_parts.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/rms_norm.h>
#include <c10/core/GradMode.h>

namespace espalier {

namespace {

at::Tensor gainOf(const ParameterSet& parameters, Role gain, int block)
{
    const at::Tensor& stored = parameters.at(gain, block);
    const double offset = parameters.config.flavour.normGainOffset;
    return offset == 0 ? stored : stored.add(offset);
}

/// Without gradients: one pass over rows that lie in the first-level cache, where LibTorch's
/// composition makes several over the whole tensor.
at::Tensor plainRmsNorm(const at::Tensor& values, const at::Tensor& gain, double epsilon)
{
    const at::Tensor rows = values.contiguous(); // heads of queries lie between those of keys
    const at::Tensor out = at::empty_like(rows);
    const std::int64_t columns = rows.size(-1);
    const float* const x = rows.const_data_ptr<float>();
    const float* const scale = gain.const_data_ptr<float>();
    float* const to = out.mutable_data_ptr<float>();
    overRowParts(rows.numel() / columns, columns,
        [=](std::int64_t /*part*/, std::int64_t first, std::int64_t count) {
            const std::int64_t at = first * columns;
            rmsNormForward(x + at, scale, static_cast<float>(epsilon), to + at, count, columns);
        });
    return out;
}

} // namespace

at::Tensor norm(
    const ParameterSet& parameters, Role gain, Role bias, int block, const at::Tensor& stream_BTD)
{
    if (parameters.config.flavour.norm == NormKind::Rms)
        return rmsNorm(parameters, gain, block, stream_BTD);
    return layerNorm(stream_BTD, gainOf(parameters, gain, block), parameters.at(bias, block),
        parameters.config.flavour.normEpsilon);
}

at::Tensor rmsNorm(const ParameterSet& parameters, Role gain, int block, const at::Tensor& values)
{
    const at::Tensor scale = gainOf(parameters, gain, block);
    const double epsilon = parameters.config.flavour.normEpsilon;
    const bool recorded =
        c10::GradMode::is_enabled() && (values.requires_grad() || scale.requires_grad());
    if (!recorded && isPlain(scale) && values.is_cpu() && values.scalar_type() == at::kFloat
        && values.numel() > 0)
        return plainRmsNorm(values, scale, epsilon);
    return at::rms_norm(values, {values.size(-1)}, scale, epsilon);
}

} // namespace espalier
