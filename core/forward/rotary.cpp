// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/rotary.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/where.h>
#include <c10/core/GradMode.h>

#include <numbers>

namespace espalier {

namespace {

/// Long wavelengths are divided by the factor, short ones kept, those between mixed from both.
at::Tensor scaledAsLlama3(const at::Tensor& frequencies, const Rotary& rotary)
{
    const double positions = static_cast<double>(rotary.originalPositions);
    const double low = rotary.lowFrequencyFactor;
    const double high = rotary.highFrequencyFactor;
    const at::Tensor wavelengths = frequencies.reciprocal().mul(2 * std::numbers::pi);
    const at::Tensor slow = frequencies.div(rotary.factor);
    const at::Tensor keep = wavelengths.reciprocal().mul(positions).sub(low).div(high - low);
    const at::Tensor mixed = slow.mul(1 - keep).add(frequencies.mul(keep));
    return at::where(wavelengths.gt(positions / low), slow,
        at::where(wavelengths.lt(positions / high), frequencies, mixed));
}

at::Tensor frequenciesOf(const Rotary& rotary, std::int64_t dim, const at::TensorOptions& options)
{
    const at::Tensor exponents = at::arange(0, dim, 2, options).div(static_cast<double>(dim));
    const at::Tensor frequencies = at::pow(rotary.theta, exponents).reciprocal();
    switch (rotary.scaling) {
    case RotaryScaling::None:
        return frequencies;
    case RotaryScaling::Linear:
        return frequencies.div(rotary.factor);
    case RotaryScaling::Llama3:
        return scaledAsLlama3(frequencies, rotary);
    }
    return frequencies;
}

/// Without gradients: straight into the result, no intermediate tensors.
at::Tensor plainRotated(const at::Tensor& heads_BTHh, const Rotation& rotation)
{
    const std::int64_t half = rotation.cos_T1h.size(-1);
    const std::int64_t rest = heads_BTHh.size(-1) - 2 * half;
    const at::Tensor first = heads_BTHh.narrow(-1, 0, half);
    const at::Tensor second = heads_BTHh.narrow(-1, half, half);
    const at::ScalarType type = // products in bf16 turn by fp32 angles
        c10::promoteTypes(heads_BTHh.scalar_type(), rotation.cos_T1h.scalar_type());
    const at::Tensor out_BTHh = at::empty(heads_BTHh.sizes(), heads_BTHh.options().dtype(type));
    at::Tensor firstOut = out_BTHh.narrow(-1, 0, half);
    at::Tensor secondOut = out_BTHh.narrow(-1, half, half);
    at::mul_out(firstOut, first, rotation.cos_T1h).addcmul_(second, rotation.sin_T1h, -1);
    at::mul_out(secondOut, second, rotation.cos_T1h).addcmul_(first, rotation.sin_T1h);
    if (rest > 0)
        out_BTHh.narrow(-1, 2 * half, rest).copy_(heads_BTHh.narrow(-1, 2 * half, rest));
    return out_BTHh;
}

} // namespace

Rotation rotationOf(const ModelConfig& config, std::int64_t tokens, const at::TensorOptions& like)
{
    if (config.flavour.position != PositionKind::Rotary)
        return {};
    const at::TensorOptions single = like.dtype(at::kFloat);
    const at::Tensor frequencies_h = frequenciesOf(
        config.flavour.rotary, rotaryDimOf(config.flavour, config.shape.headDim), single);
    const at::Tensor angles_T1h =
        at::arange(tokens, single).view({tokens, 1, 1}).mul(frequencies_h);
    return {.cos_T1h = at::cos(angles_T1h).to(like.dtype().toScalarType()),
        .sin_T1h = at::sin(angles_T1h).to(like.dtype().toScalarType())};
}

at::Tensor rotated(const at::Tensor& heads_BTHh, const Rotation& rotation)
{
    if (!c10::GradMode::is_enabled())
        return plainRotated(heads_BTHh, rotation);
    const std::int64_t half = rotation.cos_T1h.size(-1);
    const std::int64_t rest = heads_BTHh.size(-1) - 2 * half;
    const at::Tensor first = heads_BTHh.narrow(-1, 0, half);
    const at::Tensor second = heads_BTHh.narrow(-1, half, half);
    const at::Tensor& cos = rotation.cos_T1h;
    const at::Tensor& sin = rotation.sin_T1h;
    std::vector<at::Tensor> parts = {
        first.mul(cos).sub(second.mul(sin)), second.mul(cos).add(first.mul(sin))};
    if (rest > 0)
        parts.push_back(heads_BTHh.narrow(-1, 2 * half, rest));
    return at::cat(parts, -1);
}

} // namespace espalier
