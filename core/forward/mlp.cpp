// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/mlp.h"

#include "core/forward/gelu.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>

namespace espalier {

namespace {

at::Tensor activate(Activation activation, const at::Tensor& values)
{
    switch (activation) {
    case Activation::GeluTanh:
        return geluTanh(values);
    case Activation::GeluErf:
        return at::gelu(values);
    case Activation::Relu:
        return at::relu(values);
    case Activation::Silu:
        return at::silu(values);
    }
    return values;
}

} // namespace

at::Tensor mlp(const ParameterSet& parameters, int block, const at::Tensor& normed_BTD,
    const TapObserver& observer)
{
    const at::Tensor hidden_BTM = activate(parameters.config.flavour.activation,
        at::linear(normed_BTD, parameters.at(Role::MlpUpWeight, block),
            parameters.find(Role::MlpUpBias, block)));
    if (observer)
        observer(Tap::MlpHidden, block, hidden_BTM);
    const at::Tensor out_BTD = at::linear(hidden_BTM, parameters.at(Role::MlpDownWeight, block),
        parameters.find(Role::MlpDownBias, block));
    if (observer)
        observer(Tap::MlpOut, block, out_BTD);
    return out_BTD;
}

} // namespace espalier
