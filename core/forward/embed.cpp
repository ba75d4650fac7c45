// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/embed.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/linear.h>

namespace espalier {

namespace {

at::Tensor embedTokens(const ParameterSet& parameters, const at::Tensor& ids_BT)
{
    const at::Tensor positions_TD =
        parameters.at(Role::PositionEmbedding).narrow(0, 0, ids_BT.size(1));
    return at::embedding(parameters.at(Role::TokenEmbedding), ids_BT).add(positions_TD);
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

at::Tensor embedImage(const ParameterSet& parameters, const at::Tensor& pixels_BCHW)
{
    const at::Tensor patches_BTD =
        at::linear(patchesOf(parameters.config.shape, pixels_BCHW.contiguous()),
            parameters.at(Role::PatchWeight), parameters.at(Role::PatchBias));
    const at::Tensor token_B1D =
        parameters.at(Role::ClassToken).expand({patches_BTD.size(0), 1, patches_BTD.size(2)});
    return at::cat({token_B1D, patches_BTD}, 1).add(parameters.at(Role::PositionEmbedding));
}

} // namespace

at::Tensor embed(const ParameterSet& parameters, const Batch& batch)
{
    return parameters.config.flavour.task == Task::ImageClassification
        ? embedImage(parameters, batch.pixels_BCHW)
        : embedTokens(parameters, batch.inputIds_BT);
}

} // namespace espalier
