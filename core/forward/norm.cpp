// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/norm.h"

#include <ATen/ops/layer_norm.h>

namespace espalier {

at::Tensor norm(
    const ParameterSet& parameters, Role gain, Role bias, int block, const at::Tensor& stream_BTD)
{
    return at::layer_norm(stream_BTD, {stream_BTD.size(-1)}, parameters.at(gain, block),
        parameters.at(bias, block), parameters.config.flavour.normEpsilon);
}

} // namespace espalier
