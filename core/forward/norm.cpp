// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/norm.h"

#include "core/forward/layer_norm.h"

#include <ATen/ops/rms_norm.h>

namespace espalier {

namespace {

at::Tensor gainOf(const ParameterSet& parameters, Role gain, int block)
{
    const at::Tensor& stored = parameters.at(gain, block);
    const double offset = parameters.config.flavour.normGainOffset;
    return offset == 0 ? stored : stored.add(offset);
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
    return at::rms_norm(values, {values.size(-1)}, gainOf(parameters, gain, block),
        parameters.config.flavour.normEpsilon);
}

} // namespace espalier
