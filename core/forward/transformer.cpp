// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/transformer.h"

#include "core/forward/embed.h"
#include "core/forward/mlp.h"
#include "core/forward/norm.h"

#include <ATen/ops/linear.h>
#include <fmt/format.h>

namespace espalier {

at::Tensor runBlock(const ParameterSet& parameters, int block, const at::Tensor& stream_BTD,
    const AttentionMask& mask, const TapObserver& observer)
{
    const at::Tensor middle_BTD = stream_BTD.add(attention(parameters, block,
        norm(parameters, Role::AttentionNormGain, Role::AttentionNormBias, block, stream_BTD), mask,
        observer));
    if (observer)
        observer(Tap::AfterAttention, block, middle_BTD);
    const at::Tensor out_BTD = middle_BTD.add(mlp(parameters, block,
        norm(parameters, Role::MlpNormGain, Role::MlpNormBias, block, middle_BTD), observer));
    if (observer)
        observer(Tap::AfterMlp, block, out_BTD);
    return out_BTD;
}

at::Tensor runTrunk(
    const ParameterSet& parameters, const Batch& batch, const ForwardOptions& options)
{
    const AttentionMask mask = attentionMaskOf(parameters.config, batch);
    at::Tensor stream_BTD = embed(parameters, batch);
    if (options.observer)
        options.observer(Tap::Embedding, -1, stream_BTD);
    if (options.blocks)
        for (const int block : *options.blocks)
            stream_BTD = runBlock(parameters, block, stream_BTD, mask, options.observer);
    else
        for (int block = 0; block < parameters.config.shape.layers; ++block)
            stream_BTD = runBlock(parameters, block, stream_BTD, mask, options.observer);
    return stream_BTD;
}

at::Tensor runHead(
    const ParameterSet& parameters, const at::Tensor& stream_BTD, const TapObserver& observer)
{
    const Flavour& flavour = parameters.config.flavour;
    // The classifier reads the class token alone, so the other tokens need no norm.
    const at::Tensor read =
        flavour.task == Task::ImageClassification ? stream_BTD.select(1, 0) : stream_BTD;
    const at::Tensor normed = norm(parameters, Role::FinalNormGain, Role::FinalNormBias, -1, read);
    if (observer)
        observer(Tap::FinalNorm, -1, normed);
    return at::linear(normed,
        parameters.at(flavour.tiedHead ? Role::TokenEmbedding : Role::HeadWeight),
        parameters.find(Role::HeadBias));
}

at::Tensor logitsOf(
    const ParameterSet& parameters, const Batch& batch, const ForwardOptions& options)
{
    return runHead(parameters, runTrunk(parameters, batch, options), options.observer);
}

namespace {

Status checkTokens(const ModelShape& shape, const Batch& batch)
{
    if (!batch.inputIds_BT.defined())
        return refused("input: no token ids, wanted input_ids for a language model");
    const at::Tensor& ids_BT = batch.inputIds_BT;
    if (ids_BT.dim() != 2 || ids_BT.numel() == 0)
        return refused(
            fmt::format("input_ids: found {} dimensions and {} values, wanted [batch, tokens]",
                ids_BT.dim(), ids_BT.numel()));
    if (ids_BT.size(1) > shape.positions)
        return refused(fmt::format("input_ids: found {} tokens, wanted at most {} positions",
            ids_BT.size(1), shape.positions));
    const std::int64_t lowest = ids_BT.min().item<std::int64_t>();
    const std::int64_t highest = ids_BT.max().item<std::int64_t>();
    if (lowest < 0 || highest >= shape.vocab)
        return refused(fmt::format("input_ids: found token {}, wanted 0 to {}",
            lowest < 0 ? lowest : highest, shape.vocab - 1));
    if (batch.attentionMask_BT.defined() && batch.attentionMask_BT.sizes() != ids_BT.sizes())
        return refused("attention_mask: its shape differs from that of input_ids");
    return {};
}

Status checkPixels(const ModelShape& shape, const at::Tensor& pixels_BCHW)
{
    if (!pixels_BCHW.defined())
        return refused("input: no images, wanted pixel_values for an image model");
    const std::vector<std::int64_t> wanted{shape.channels, shape.imageHeight, shape.imageWidth};
    if (pixels_BCHW.dim() != 4 || pixels_BCHW.numel() == 0
        || pixels_BCHW.sizes().slice(1) != at::IntArrayRef(wanted))
        return refused(fmt::format("pixel_values: found another shape, wanted [batch, {}, {}, {}]",
            wanted[0], wanted[1], wanted[2]));
    return {};
}

} // namespace

Status checkBatch(const ModelConfig& config, const Batch& batch)
{
    return config.flavour.task == Task::ImageClassification
        ? checkPixels(config.shape, batch.pixels_BCHW)
        : checkTokens(config.shape, batch);
}

} // namespace espalier
