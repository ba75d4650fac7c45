// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/attention.h"

#include <ATen/ops/eye.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/tril.h>

namespace espalier {

AttentionMask attentionMaskOf(const ModelConfig& config, const Batch& batch)
{
    AttentionMask mask{.causal = config.flavour.task == Task::CausalLanguageModel};
    if (!batch.attentionMask_BT.defined())
        return mask;
    const at::Tensor keys_BT = batch.attentionMask_BT.to(at::kBool);
    if (keys_BT.all().item<bool>())
        return mask;
    const std::int64_t tokens = keys_BT.size(1);
    const at::TensorOptions bits = keys_BT.options();
    at::Tensor allowed_BTT = keys_BT.unsqueeze(1).logical_or(at::eye(tokens, bits));
    if (mask.causal)
        allowed_BTT = allowed_BTT.logical_and(at::tril(at::ones({tokens, tokens}, bits)));
    mask.allowed_B1TT = allowed_BTT.unsqueeze(1);
    return mask;
}

at::Tensor attention(const ParameterSet& parameters, int block, const at::Tensor& normed_BTD,
    const AttentionMask& mask, const TapObserver& observer)
{
    const ModelShape& shape = parameters.config.shape;
    const std::int64_t batch = normed_BTD.size(0);
    const std::int64_t tokens = normed_BTD.size(1);
    const at::Tensor qkv = at::linear(
        normed_BTD, parameters.at(Role::QkvWeight, block), parameters.find(Role::QkvBias, block));

    // Views of [B, T, heads, h], no copies; split before transposing, so that gradients join in the
    // same order.
    const std::vector<at::Tensor> parts =
        qkv.view({batch, tokens, shape.heads + 2 * shape.kvHeads, shape.headDim})
            .split_with_sizes({shape.heads, shape.kvHeads, shape.kvHeads}, 2);
    const bool padded = mask.allowed_B1TT.defined();
    const at::Tensor context_BHTh =
        at::scaled_dot_product_attention(parts[0].transpose(1, 2), parts[1].transpose(1, 2),
            parts[2].transpose(1, 2), padded ? std::optional(mask.allowed_B1TT) : std::nullopt, 0.0,
            mask.causal && !padded, std::nullopt, shape.heads != shape.kvHeads);

    const at::Tensor context_BTC =
        context_BHTh.transpose(1, 2).reshape({batch, tokens, shape.heads * shape.headDim});
    if (observer)
        observer(Tap::Context, block, context_BTC);
    const at::Tensor out_BTD =
        at::linear(context_BTC, parameters.at(Role::AttentionOutWeight, block),
            parameters.find(Role::AttentionOutBias, block));
    if (observer)
        observer(Tap::AttentionOut, block, out_BTD);
    return out_BTD;
}

} // namespace espalier
