// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/activation_bytes.h"

#include <algorithm>

namespace espalier {

namespace {

constexpr auto kFloatBytes = static_cast<std::int64_t>(sizeof(float));

/// Attention and MLP of a block in channels per token: at work, and with all that backward reads.
struct Channels
{
    std::int64_t work;
    std::int64_t graph;
};

Channels channelsOf(const ModelConfig& config, std::int64_t mlp)
{
    const ModelShape& shape = config.shape;
    const std::int64_t context = shape.heads * shape.headDim;
    const std::int64_t qkv = context + 2 * shape.kvHeads * shape.headDim;
    const std::int64_t attention = 2 * qkv + 2 * context; // turned copies, and the heads joined
    const std::int64_t units = (config.flavour.gatedMlp ? 3 : 2) * mlp;
    return {.work = 6 * shape.hidden + std::max(attention, units),
        .graph =
            15 * shape.hidden + 3 * qkv + 3 * context + (config.flavour.gatedMlp ? 8 : 5) * mlp};
}

/// Scores that are computed in the open (core/forward/open_attention.h), of one block.
std::int64_t openScores(const ModelConfig& config, std::int64_t samples, std::int64_t pairs)
{
    const Flavour& flavour = config.flavour;
    return flavour.scoreCap > 0 || flavour.talkingHeads
        ? samples * config.shape.heads * pairs * kFloatBytes
        : 0;
}

/// Numbers that the head makes of a batch.
std::int64_t outputsOf(const ModelConfig& config, std::int64_t samples, std::int64_t tokens)
{
    const Task task = config.flavour.task;
    if (predictsClasses(task))
        return samples * config.shape.classes;
    return samples * tokens * (isHeadless(task) ? config.shape.hidden : config.shape.vocab);
}

std::int64_t inputBytes(const ModelConfig& config, const BatchSize& batch)
{
    const ModelShape& shape = config.shape;
    if (readsTokens(config.flavour.task)) // ids, their types, what is padding, labels
        return 4 * batch.samples * batch.tokens * static_cast<std::int64_t>(sizeof(std::int64_t));
    return batch.samples * shape.channels * shape.imageHeight * shape.imageWidth * kFloatBytes;
}

std::int64_t maskBytes(const ModelConfig& config, const BatchSize& batch)
{
    const std::int64_t pairs = batch.tokens * batch.tokens;
    const bool windowed = config.flavour.window > 0 && config.flavour.window < batch.tokens;
    const std::int64_t patterns = 2 * pairs // which kernels want as floats
        + (batch.padded      ? batch.samples
                  : windowed ? 1
                             : 0)
            * pairs * (2 + kFloatBytes);
    return patterns + 2 * batch.tokens * config.shape.headDim * kFloatBytes;
}

} // namespace

ActivationBytes activationBytes(const ModelConfig& config, const BatchSize& batch)
{
    const ModelShape& shape = config.shape;
    const std::int64_t tokens = batch.samples * batch.tokens;
    const Channels channels = channelsOf(config, shape.mlp);
    const std::int64_t scores = openScores(config, batch.samples, batch.tokens * batch.tokens);
    ActivationBytes bytes{.input = inputBytes(config, batch),
        .stream = tokens * shape.hidden * kFloatBytes,
        .mask = maskBytes(config, batch),
        .logits = outputsOf(config, batch.samples, batch.tokens) * kFloatBytes};
    bytes.block = tokens * channels.work * kFloatBytes + 5 * scores;
    bytes.blockGraph = tokens * channels.graph * kFloatBytes + 10 * scores;
    // Class-attention blocks read every token and write one, and none caps its scores.
    const Channels behind = channelsOf(config, 0);
    const std::int64_t classBlock = shape.classLayers > 0 ? tokens * kFloatBytes : 0;
    const bool capped = config.flavour.logitCap > 0;
    bytes.head = 4 * bytes.stream + (capped ? 4 : 2) * bytes.logits + classBlock * behind.work;
    bytes.headGraph = 6 * bytes.stream + (capped ? 8 : 5) * bytes.logits
        + shape.classLayers * classBlock * behind.graph;
    return bytes;
}

} // namespace espalier
