// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/mlp.h"

#include "core/forward/activation.h"

#include <ATen/ops/linear.h>
#include <c10/core/GradMode.h>

namespace espalier {

namespace {

/// activation(up(x)), or activation(gate(x)) up(x). [N, M]
at::Tensor hiddenUnits(const ParameterSet& parameters, int block, const at::Tensor& normed_ND)
{
    const Flavour& flavour = parameters.config.flavour;
    const at::Tensor& weight = parameters.at(Role::MlpUpWeight, block);
    const at::Tensor bias = parameters.find(Role::MlpUpBias, block);
    if (!flavour.gatedMlp)
        return activate(flavour.activation, at::linear(normed_ND, weight), bias);
    const std::vector<at::Tensor> gateAndUp = at::linear(normed_ND, weight, bias).chunk(2, -1);
    at::Tensor opened = activate(flavour.activation, gateAndUp[0]);
    return c10::GradMode::is_enabled() ? opened.mul(gateAndUp[1]) : opened.mul_(gateAndUp[1]);
}

} // namespace

at::Tensor mlp(const ParameterSet& parameters, int block, const at::Tensor& normed_BTD,
    const TapObserver& observer)
{
    // A product of two plain matrices is nobody's view, so that the activation may overwrite it.
    const at::Tensor hidden_NM = hiddenUnits(parameters, block, normed_BTD.flatten(0, 1));
    const at::Tensor hidden_BTM =
        hidden_NM.view({normed_BTD.size(0), normed_BTD.size(1), hidden_NM.size(1)});
    if (observer)
        observer(Tap::MlpHidden, block, hidden_BTM);
    return at::linear(hidden_BTM, parameters.at(Role::MlpDownWeight, block),
        parameters.find(Role::MlpDownBias, block));
}

} // namespace espalier
