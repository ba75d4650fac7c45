// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/footprint.h"

#include <initializer_list>

namespace espalier {
namespace {

double lengthAsDouble(AxisLabel label, const ModelShape& shape)
{
    return static_cast<double>(lengthOf(label, shape));
}

/// Weights of a block that each of its tokens meets.
double weightsOf(const ModelConfig& config, int block, std::initializer_list<Role> roles)
{
    double weights = 0;
    for (const Role role : roles)
        weights +=
            static_cast<double>(elementsOf(parameterOf(config, {role, block}), config.shape));
    return weights;
}

/// Multiply-adds of a token that asks `tokens` others in a block of the trunk: scores, weighted
/// sums, and heads that mix both.
double attentionMultiplyAdds(const ModelConfig& config, double tokens)
{
    const double heads =
        config.flavour.talkingHeads ? lengthAsDouble(AxisLabel::Head, config.shape) : 0;
    return 2 * tokens * (lengthAsDouble(AxisLabel::Context, config.shape) + heads * heads);
}

/// Multiply-adds of all blocks of the trunk for one token among `tokens`.
double blockMultiplyAdds(const ModelConfig& config, double tokens)
{
    const double weights = weightsOf(config, 0,
        {Role::QkvWeight, Role::AttentionOutWeight, Role::MlpUpWeight, Role::MlpDownWeight});
    return static_cast<double>(config.shape.layers)
        * (weights + attentionMultiplyAdds(config, tokens));
}

/// Multiply-adds of the class-attention blocks: `tokens` and the class token answer, it alone asks.
double classMultiplyAdds(const ModelConfig& config, double tokens)
{
    const ModelShape& shape = config.shape;
    if (shape.classLayers == 0)
        return 0;
    const int block = static_cast<int>(shape.layers);
    const double context = lengthAsDouble(AxisLabel::Context, shape);
    const double hidden = lengthAsDouble(AxisLabel::Residual, shape);
    const double keysAndValues =
        hidden * (lengthAsDouble(AxisLabel::Key, shape) + lengthAsDouble(AxisLabel::Value, shape));
    const double once = hidden * context
        + weightsOf(
            config, block, {Role::AttentionOutWeight, Role::MlpUpWeight, Role::MlpDownWeight});
    return static_cast<double>(shape.classLayers)
        * ((tokens + 1) * (keysAndValues + 2 * context) + once);
}

/// Multiply-adds per token of a model of texts at full context.
double tokenMultiplyAdds(const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    const double head = predictsTokens(config.flavour.task)
        ? lengthAsDouble(AxisLabel::Residual, shape) * lengthAsDouble(AxisLabel::Vocab, shape)
        : 0;
    return blockMultiplyAdds(config, static_cast<double>(shape.positions)) + head;
}

/// Multiply-adds per image. The class token goes through the blocks, not through the patch
/// projection: each pixel meets the weights of its channel once.
double imageMultiplyAdds(const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    const auto tokens = static_cast<double>(trunkTokensOf(config));
    const double hidden = lengthAsDouble(AxisLabel::Residual, shape);
    const double patches =
        hidden * static_cast<double>(shape.channels * shape.imageHeight * shape.imageWidth);
    const double head = hidden * lengthAsDouble(AxisLabel::Class, shape);
    return patches + tokens * blockMultiplyAdds(config, tokens) + classMultiplyAdds(config, tokens)
        + head;
}

} // namespace

Footprint footprintOf(const ModelConfig& config, std::int64_t bytesPerParameter)
{
    const bool isLanguageModel = readsTokens(config.flavour.task);
    Footprint footprint;
    for (const ParameterSpec& spec : parametersOf(config))
        footprint.parameters += elementsOf(spec, config.shape);
    footprint.bytes = footprint.parameters * bytesPerParameter;
    footprint.forwardFlops =
        2 * (isLanguageModel ? tokenMultiplyAdds(config) : imageMultiplyAdds(config));
    footprint.trainingFlops = 3 * footprint.forwardFlops;
    if (config.flavour.task == Task::CausalLanguageModel)
        footprint.kvCacheBytesPerToken = config.shape.layers * bytesPerParameter
            * (lengthOf(AxisLabel::Key, config.shape) + lengthOf(AxisLabel::Value, config.shape));
    return footprint;
}

} // namespace espalier
