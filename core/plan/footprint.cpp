// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/footprint.h"

namespace espalier {
namespace {

double lengthAsDouble(AxisLabel label, const ModelShape& shape)
{
    return static_cast<double>(lengthOf(label, shape));
}

/// Multiply-adds of all blocks for one token among `tokens`.
double blockMultiplyAdds(const ModelConfig& config, double tokens)
{
    const ModelShape& shape = config.shape;
    double weights = 0;
    for (const Role role :
        {Role::QkvWeight, Role::AttentionOutWeight, Role::MlpUpWeight, Role::MlpDownWeight})
        weights += static_cast<double>(elementsOf(parameterOf(config, {role, 0}), shape));
    const double attention =
        2 * tokens * lengthAsDouble(AxisLabel::Context, shape); // scores, weighted sums
    return static_cast<double>(shape.layers) * (weights + attention);
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
/// projection.
double imageMultiplyAdds(const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    const double tokens = lengthAsDouble(AxisLabel::Position, shape);
    const double hidden = lengthAsDouble(AxisLabel::Residual, shape);
    const double patches = (tokens - 1) * hidden * lengthAsDouble(AxisLabel::Patch, shape);
    const double head = hidden * lengthAsDouble(AxisLabel::Class, shape);
    return patches + tokens * blockMultiplyAdds(config, tokens) + head;
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
