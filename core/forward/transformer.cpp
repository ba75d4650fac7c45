// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/transformer.h"

#include "core/forward/embed.h"
#include "core/forward/mlp.h"
#include "core/forward/norm.h"

#include <ATen/ops/index_copy.h>
#include <ATen/ops/index_select.h>

#include <numeric>

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

std::vector<int> allBlocks(const ModelShape& shape)
{
    std::vector<int> blocks(static_cast<std::size_t>(shape.layers));
    std::iota(blocks.begin(), blocks.end(), 0);
    return blocks;
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

at::Tensor runTrunk(
    const ParameterSet& parameters, const Batch& batch, const ForwardOptions& options)
{
    const AttentionMask mask = attentionMaskOf(parameters, batch);
    at::Tensor stream_BTD = embed(parameters, batch);
    if (options.observer)
        options.observer(Tap::Embedding, -1, stream_BTD);
    const std::vector<int> blocks =
        options.blocks ? *options.blocks : allBlocks(parameters.config.shape);
    if (!options.tokens) {
        for (const int block : blocks)
            stream_BTD = runBlock(parameters, block, stream_BTD, mask, options.observer);
        return stream_BTD;
    }
    const TokenSubset& some = *options.tokens;
    const AttentionMask someMask = maskOfTokens(mask, some.columns_K);
    for (std::size_t i = 0; i < blocks.size();) {
        if (blocks[i] < some.firstBlock || blocks[i] >= some.endBlock) {
            stream_BTD = runBlock(parameters, blocks[i++], stream_BTD, mask, options.observer);
            continue;
        }
        at::Tensor some_BKD = at::index_select(stream_BTD, 1, some.columns_K);
        for (; i < blocks.size() && blocks[i] < some.endBlock; ++i)
            some_BKD = runBlock(parameters, blocks[i], some_BKD, someMask, options.observer);
        stream_BTD = at::index_copy(stream_BTD, 1, some.columns_K, some_BKD);
    }
    return stream_BTD;
}

at::Tensor logitsOf(
    const ParameterSet& parameters, const Batch& batch, const ForwardOptions& options)
{
    return runHead(parameters, runTrunk(parameters, batch, options), options.observer);
}

} // namespace espalier
