// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/block.h"

#include "core/forward/mlp.h"
#include "core/forward/norm.h"

#include <ATen/ops/cat.h>

namespace espalier {

namespace {

/// One half of a block: its roles and taps.
struct Part
{
    Role norm;
    Role normBias;
    Role scale;
    Role postNorm;
    Role postNormBias;
    Tap reads;
    Tap change;
    Tap after;
};

constexpr Part kAttention = {Role::AttentionNormGain, Role::AttentionNormBias, Role::AttentionScale,
    Role::AttentionPostNormGain, Role::AttentionPostNormBias, Tap::AttentionNorm, Tap::AttentionOut,
    Tap::AfterAttention};
constexpr Part kMlp = {Role::MlpNormGain, Role::MlpNormBias, Role::MlpScale, Role::MlpPostNormGain,
    Role::MlpPostNormBias, Tap::MlpNorm, Tap::MlpOut, Tap::AfterMlp};

at::Tensor entering(const ParameterSet& parameters, const Part& part, int block,
    const at::Tensor& stream_BTD, const TapObserver& observer)
{
    at::Tensor read_BTD = parameters.config.flavour.layout == BlockLayout::PostNorm
        ? stream_BTD
        : norm(parameters, part.norm, part.normBias, block, stream_BTD);
    if (observer)
        observer(part.reads, block, read_BTD);
    return read_BTD;
}

/// The stream with a part's output joined in.
at::Tensor joined(const ParameterSet& parameters, const Part& part, int block,
    const at::Tensor& stream_BTD, const at::Tensor& out_BTD, const TapObserver& observer)
{
    const Flavour& flavour = parameters.config.flavour;
    const auto postNorm = [&](const at::Tensor& values) {
        return norm(parameters, part.postNorm, part.postNormBias, block, values);
    };
    at::Tensor change_BTD =
        flavour.layerScale ? out_BTD.mul(parameters.at(part.scale, block)) : out_BTD;
    if (flavour.layout == BlockLayout::Sandwich)
        change_BTD = postNorm(change_BTD);
    at::Tensor after_BTD = stream_BTD.add(change_BTD);
    if (flavour.layout == BlockLayout::PostNorm)
        after_BTD = postNorm(after_BTD);
    if (observer) {
        observer(part.change, block,
            flavour.layout == BlockLayout::PostNorm ? after_BTD.sub(stream_BTD) : change_BTD);
        observer(part.after, block, after_BTD);
    }
    return after_BTD;
}

} // namespace

at::Tensor runBlock(const ParameterSet& parameters, int block, const at::Tensor& stream_BTD,
    const AttentionMask& mask, const TapObserver& observer)
{
    const bool parallel = parameters.config.flavour.layout == BlockLayout::Parallel;
    const at::Tensor attended_BTD = attention(parameters, block,
        entering(parameters, kAttention, block, stream_BTD, observer), mask, observer);
    const at::Tensor middle_BTD =
        joined(parameters, kAttention, block, stream_BTD, attended_BTD, observer);
    const at::Tensor out_BTD = mlp(parameters, block,
        entering(parameters, kMlp, block, parallel ? stream_BTD : middle_BTD, observer), observer);
    return joined(parameters, kMlp, block, middle_BTD, out_BTD, observer);
}

at::Tensor runClassBlock(const ParameterSet& parameters, int block, const at::Tensor& class_B1D,
    const at::Tensor& stream_BTD, const TapObserver& observer, const TapObserver& reads)
{
    const at::Tensor all_BSD = at::cat({class_B1D, stream_BTD}, 1);
    const at::Tensor attended_B1D = classAttention(
        parameters, block, entering(parameters, kAttention, block, all_BSD, reads), observer);
    const at::Tensor middle_B1D =
        joined(parameters, kAttention, block, class_B1D, attended_B1D, {});
    const at::Tensor out_B1D =
        mlp(parameters, block, entering(parameters, kMlp, block, middle_B1D, reads), observer);
    return joined(parameters, kMlp, block, middle_B1D, out_B1D, {});
}

at::Tensor classTokens(const ParameterSet& parameters, std::int64_t samples)
{
    return parameters.at(Role::ClassToken).expand({samples, 1, parameters.config.shape.hidden});
}

at::Tensor runClassBlocks(
    const ParameterSet& parameters, const at::Tensor& stream_BTD, const TapObserver& observer)
{
    const ModelShape& shape = parameters.config.shape;
    at::Tensor class_B1D = classTokens(parameters, stream_BTD.size(0));
    for (std::int64_t block = shape.layers; block < blocksOf(shape); ++block)
        class_B1D =
            runClassBlock(parameters, static_cast<int>(block), class_B1D, stream_BTD, observer);
    return class_B1D;
}

} // namespace espalier
