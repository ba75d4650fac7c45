// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/attention.h"

#include "core/forward/norm.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>

namespace espalier {

namespace {

/// Norms of the heads of queries and keys where the flavour has them; `parts` is {q, k, v}.
void normalise(const ParameterSet& parameters, int block, std::vector<at::Tensor>& parts)
{
    if (!parameters.config.flavour.queryKeyNorm)
        return;
    parts[0] = rmsNorm(parameters, Role::QueryNormGain, block, parts[0]);
    parts[1] = rmsNorm(parameters, Role::KeyNormGain, block, parts[1]);
}

/// Queries of the first token, keys and values of all.
QueryKeyValue classQueryKeyValueOf(
    const ParameterSet& parameters, int block, const at::Tensor& normed_BTD)
{
    const ModelShape& shape = parameters.config.shape;
    const std::vector<std::int64_t> rows = {
        shape.heads * shape.headDim, shape.kvHeads * shape.headDim, shape.kvHeads * shape.headDim};
    const std::vector<at::Tensor> weights =
        parameters.at(Role::QkvWeight, block).split_with_sizes(rows);
    const at::Tensor bias = parameters.find(Role::QkvBias, block);
    const std::vector<at::Tensor> biases =
        bias.defined() ? bias.split_with_sizes(rows) : std::vector<at::Tensor>(3);
    std::vector<at::Tensor> parts;
    for (std::size_t i = 0; i < 3; ++i) {
        const at::Tensor tokens_BTD = i == 0 ? normed_BTD.narrow(1, 0, 1) : normed_BTD;
        parts.push_back(
            at::linear(tokens_BTD, weights[i], biases[i]).unflatten(2, {-1, shape.headDim}));
    }
    normalise(parameters, block, parts);
    return {.query_BHTh = parts[0].transpose(1, 2),
        .key_BKTh = parts[1].transpose(1, 2),
        .value_BKTh = parts[2].transpose(1, 2)};
}

/// Kernels never show the scores; where the flavour changes them, they are computed in the open.
at::Tensor contextOf(
    const ParameterSet& parameters, int block, const QueryKeyValue& qkv, const AttentionMask& mask)
{
    const Flavour& flavour = parameters.config.flavour;
    const ModelShape& shape = parameters.config.shape;
    const at::Tensor& allowed_B1TT = mask.allowedIn(flavour, block);
    if (flavour.scoreCap > 0 || hasParameter(parameters.config, {Role::ScoreMixWeight, block}))
        return openAttention(parameters, block, qkv, allowed_B1TT, mask.causal);
    const bool masked = allowed_B1TT.defined();
    return at::scaled_dot_product_attention(qkv.query_BHTh, qkv.key_BKTh, qkv.value_BKTh,
        masked ? std::optional(allowed_B1TT) : std::nullopt, 0.0, mask.causal && !masked,
        flavour.queryScale > 0 ? std::optional(flavour.queryScale) : std::nullopt,
        shape.heads != shape.kvHeads);
}

/// What the heads found, through the output projection.
at::Tensor projected(const ParameterSet& parameters, int block, const at::Tensor& context_BTC,
    const TapObserver& observer)
{
    if (observer)
        observer(Tap::Context, block, context_BTC);
    return at::linear(context_BTC, parameters.at(Role::AttentionOutWeight, block),
        parameters.find(Role::AttentionOutBias, block));
}

} // namespace

// Views of [B, T, heads, h], no copies where nothing is normalised or turned.
QueryKeyValue queryKeyValueOf(const ParameterSet& parameters, int block,
    const at::Tensor& normed_BTD, const Rotation& rotation)
{
    const ModelShape& shape = parameters.config.shape;
    const at::Tensor qkv_BTHh = at::linear(
        normed_BTD, parameters.at(Role::QkvWeight, block), parameters.find(Role::QkvBias, block))
                                    .view({normed_BTD.size(0), normed_BTD.size(1),
                                        shape.heads + 2 * shape.kvHeads, shape.headDim});
    // Split before transposing, so that gradients join in the same order.
    std::vector<at::Tensor> parts =
        qkv_BTHh.split_with_sizes({shape.heads, shape.kvHeads, shape.kvHeads}, 2);
    normalise(parameters, block, parts);
    if (rotation.cos_T1h.defined()) {
        parts[0] = rotated(parts[0], rotation);
        parts[1] = rotated(parts[1], rotation);
    }
    return {.query_BHTh = parts[0].transpose(1, 2),
        .key_BKTh = parts[1].transpose(1, 2),
        .value_BKTh = parts[2].transpose(1, 2)};
}

at::Tensor attention(const ParameterSet& parameters, int block, const at::Tensor& normed_BTD,
    const AttentionMask& mask, const TapObserver& observer)
{
    const QueryKeyValue qkv = queryKeyValueOf(parameters, block, normed_BTD, mask.rotation);
    return projected(parameters, block,
        contextOf(parameters, block, qkv, mask).transpose(1, 2).flatten(2), observer);
}

at::Tensor classAttention(const ParameterSet& parameters, int block, const at::Tensor& normed_BTD,
    const TapObserver& observer)
{
    const QueryKeyValue qkv = classQueryKeyValueOf(parameters, block, normed_BTD);
    return projected(parameters, block,
        contextOf(parameters, block, qkv, {}).transpose(1, 2).flatten(2), observer);
}

} // namespace espalier
