// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/head.h"

#include "core/forward/activation.h"
#include "core/forward/block.h"
#include "core/forward/norm.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>

namespace espalier {

namespace {

/// The pooler or the masked-token transform, if there is one.
at::Tensor transformed(const ParameterSet& parameters, const at::Tensor& states)
{
    const Flavour& flavour = parameters.config.flavour;
    at::Tensor out = states;
    if (flavour.headDense)
        out = activate(flavour.headActivation,
            at::linear(
                out, parameters.at(Role::HeadDenseWeight), parameters.at(Role::HeadDenseBias)));
    if (flavour.headNorm)
        out = norm(parameters, Role::HeadNormGain, Role::HeadNormBias, -1, out);
    return out;
}

at::Tensor scores(const ParameterSet& parameters, const at::Tensor& states)
{
    const Flavour& flavour = parameters.config.flavour;
    return softCapped(at::linear(transformed(parameters, states),
                          parameters.at(flavour.tiedHead ? Role::TokenEmbedding : Role::HeadWeight),
                          parameters.find(Role::HeadBias)),
        flavour.logitCap);
}

/// The tokens that the heads read; the others need no norm.
at::Tensor readTokens(
    const ParameterSet& parameters, const at::Tensor& stream_BTD, const TapObserver& observer)
{
    const Flavour& flavour = parameters.config.flavour;
    if (parameters.config.shape.classLayers > 0) {
        const at::Tensor class_B1D = runClassBlocks(parameters, stream_BTD, observer);
        return isHeadless(flavour.task) ? at::cat({class_B1D, stream_BTD}, 1)
                                        : class_B1D.select(1, 0);
    }
    if (!predictsClasses(flavour.task))
        return stream_BTD;
    return flavour.distillationHead ? stream_BTD.narrow(1, 0, 2) : stream_BTD.select(1, 0);
}

} // namespace

at::Tensor runHead(
    const ParameterSet& parameters, const at::Tensor& stream_BTD, const TapObserver& observer)
{
    const Flavour& flavour = parameters.config.flavour;
    const at::Tensor read = readTokens(parameters, stream_BTD, observer);
    const at::Tensor normed = flavour.finalNorm
        ? norm(parameters, Role::FinalNormGain, Role::FinalNormBias, -1, read)
        : read;
    if (observer)
        observer(Tap::FinalNorm, -1, normed);
    if (isHeadless(flavour.task))
        return normed;
    if (!flavour.distillationHead)
        return scores(parameters, normed);
    const at::Tensor distilled = at::linear(normed.select(1, 1),
        parameters.at(Role::DistillationHeadWeight), parameters.at(Role::DistillationHeadBias));
    return scores(parameters, normed.select(1, 0)).add(distilled).div(2);
}

} // namespace espalier
