// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/mlp.h"

#include "core/forward/activation.h"

#include <ATen/ops/linear.h>

namespace espalier {

namespace {

at::Tensor hiddenUnits(const Flavour& flavour, const at::Tensor& up)
{
    if (!flavour.gatedMlp)
        return activate(flavour.activation, up);
    const std::vector<at::Tensor> gateAndUp = up.chunk(2, -1);
    return activate(flavour.activation, gateAndUp[0]).mul(gateAndUp[1]);
}

} // namespace

at::Tensor mlp(const ParameterSet& parameters, int block, const at::Tensor& normed_BTD,
    const TapObserver& observer)
{
    const at::Tensor hidden_BTM = hiddenUnits(parameters.config.flavour,
        at::linear(normed_BTD, parameters.at(Role::MlpUpWeight, block),
            parameters.find(Role::MlpUpBias, block)));
    if (observer)
        observer(Tap::MlpHidden, block, hidden_BTM);
    return at::linear(hidden_BTM, parameters.at(Role::MlpDownWeight, block),
        parameters.find(Role::MlpDownBias, block));
}

} // namespace espalier
