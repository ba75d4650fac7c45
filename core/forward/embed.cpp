// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/embed.h"

#include "core/forward/norm.h"
#include "core/forward/positions.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/linear.h>

#include <cmath>

namespace espalier {

namespace {

/// Type 0 where the batch names none.
at::Tensor tokenTypes(const ParameterSet& parameters, const Batch& batch)
{
    const at::Tensor& table = parameters.at(Role::TokenTypeEmbedding);
    return batch.tokenTypes_BT.defined() ? at::embedding(table, batch.tokenTypes_BT)
                                         : table.select(0, 0);
}

at::Tensor embedTokens(const ParameterSet& parameters, const Batch& batch)
{
    const ModelConfig& config = parameters.config;
    at::Tensor stream_BTD = at::embedding(parameters.at(Role::TokenEmbedding), batch.inputIds_BT);
    if (config.flavour.embeddingTimesSqrtHidden)
        stream_BTD = stream_BTD.mul(std::sqrt(static_cast<double>(config.shape.hidden)));
    if (config.shape.tokenTypes > 0)
        stream_BTD = stream_BTD.add(tokenTypes(parameters, batch));
    if (config.flavour.position == PositionKind::Learned)
        stream_BTD = stream_BTD.add(positionEmbeddings(parameters, batch));
    return stream_BTD;
}

/// Each patch as a row of channels x patch height x patch width, patches in reading order: what a
/// convolution with stride = kernel size sees.
at::Tensor patchesOf(const ModelShape& shape, const at::Tensor& pixels_BCHW)
{
    const std::int64_t batch = pixels_BCHW.size(0);
    const std::int64_t down = shape.imageHeight / shape.patchHeight;
    const std::int64_t across = shape.imageWidth / shape.patchWidth;
    return pixels_BCHW
        .view({batch, shape.channels, down, shape.patchHeight, across, shape.patchWidth})
        .permute({0, 2, 4, 1, 3, 5})
        .reshape({batch, down * across, shape.channels * shape.patchHeight * shape.patchWidth});
}

/// The patches with the tokens that stand in front of them.
at::Tensor behindTokens(const ParameterSet& parameters, const at::Tensor& patches_BTD)
{
    std::vector<at::Tensor> tokens_BTD;
    const auto add = [&](Role role) {
        tokens_BTD.push_back(
            parameters.at(role).expand({patches_BTD.size(0), 1, patches_BTD.size(2)}));
    };
    if (parameters.config.shape.classLayers == 0)
        add(Role::ClassToken);
    if (parameters.config.flavour.distillationToken)
        add(Role::DistillationToken);
    tokens_BTD.push_back(patches_BTD);
    return at::cat(tokens_BTD, 1);
}

at::Tensor embedImage(const ParameterSet& parameters, const at::Tensor& pixels_BCHW)
{
    const at::Tensor patches_BTD =
        at::linear(patchesOf(parameters.config.shape, pixels_BCHW.contiguous()),
            parameters.at(Role::PatchWeight), parameters.at(Role::PatchBias));
    const at::Tensor& positions_TD = parameters.at(Role::PositionEmbedding);
    if (parameters.config.flavour.patchPositions)
        return behindTokens(parameters, patches_BTD.add(positions_TD));
    return behindTokens(parameters, patches_BTD).add(positions_TD);
}

} // namespace

at::Tensor embed(const ParameterSet& parameters, const Batch& batch)
{
    const Flavour& flavour = parameters.config.flavour;
    const at::Tensor stream_BTD = readsTokens(flavour.task)
        ? embedTokens(parameters, batch)
        : embedImage(parameters, batch.pixels_BCHW);
    return flavour.embeddingNorm
        ? norm(parameters, Role::EmbeddingNormGain, Role::EmbeddingNormBias, -1, stream_BTD)
        : stream_BTD;
}

} // namespace espalier
