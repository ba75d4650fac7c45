// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/attention.h"

#include <ATen/ops/eye.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tril.h>
#include <ATen/ops/triu.h>

#include <algorithm>

namespace espalier {

namespace {

std::int64_t tokensIn(const ModelConfig& config, const Batch& batch)
{
    return batch.inputIds_BT.defined() ? batch.inputIds_BT.size(1) : trunkTokensOf(config);
}

/// Undefined if nothing is padded. Queries see keys that are no padding, padded queries too (a
/// classifier may read one). Where that could leave a query without any, all see themselves as
/// well, which changes nothing for those that are no padding.
at::Tensor paddingPattern(const Batch& batch, bool everyQuerySeesEveryKey)
{
    if (!batch.attentionMask_BT.defined())
        return {};
    const at::Tensor keys_BT = batch.attentionMask_BT.to(at::kBool);
    if (keys_BT.all().item<bool>())
        return {};
    const std::int64_t tokens = keys_BT.size(1);
    const at::Tensor keys_B1T = keys_BT.unsqueeze(1);
    if (everyQuerySeesEveryKey && keys_BT.any(1).all().item<bool>())
        return keys_B1T.unsqueeze(1).expand({-1, 1, tokens, tokens});
    return keys_B1T.logical_or(at::eye(tokens, keys_BT.options())).unsqueeze(1);
}

at::Tensor both(const at::Tensor& a, const at::Tensor& b)
{
    return a.defined() ? a.logical_and(b) : b;
}

bool hasWindow(const Flavour& flavour, std::int64_t tokens)
{
    const auto& windowed_L = flavour.windowed_L;
    return flavour.window > 0 && flavour.window < tokens
        && std::find(windowed_L.begin(), windowed_L.end(), true) != windowed_L.end();
}

} // namespace

const at::Tensor& AttentionMask::allowedIn(const Flavour& flavour, int block) const
{
    return windowed_B1TT.defined() && windowOf(flavour, block) > 0 ? windowed_B1TT : allowed_B1TT;
}

AttentionMask attentionMaskOf(const ParameterSet& parameters, const Batch& batch)
{
    const ModelConfig& config = parameters.config;
    const std::int64_t tokens = tokensIn(config, batch);
    const at::TensorOptions like = parameters.tensors.begin()->second.options();
    AttentionMask mask{.causal = config.flavour.task == Task::CausalLanguageModel,
        .rotation = rotationOf(config, tokens, like)};
    const at::Tensor ones_TT = at::ones({tokens, tokens}, like.dtype(at::kBool));
    const bool windowed = hasWindow(config.flavour, tokens);
    mask.allowed_B1TT = paddingPattern(batch, !mask.causal && !windowed);
    if (mask.allowed_B1TT.defined() && mask.causal)
        mask.allowed_B1TT = mask.allowed_B1TT.logical_and(at::tril(ones_TT));
    if (windowed) {
        const at::Tensor near_TT = at::triu(ones_TT, 1 - config.flavour.window);
        mask.windowed_B1TT = both(mask.allowed_B1TT, mask.causal ? at::tril(near_TT) : near_TT);
    }
    return mask;
}

AttentionMask maskOfTokens(const AttentionMask& mask, const at::Tensor& columns_K)
{
    const auto ofPairs = [&](const at::Tensor& pairs_B1TT) {
        return pairs_B1TT.defined()
            ? at::index_select(at::index_select(pairs_B1TT, -1, columns_K), -2, columns_K)
            : pairs_B1TT;
    };
    const auto ofTokens = [&](const at::Tensor& angles_T1h) {
        return angles_T1h.defined() ? at::index_select(angles_T1h, 0, columns_K) : angles_T1h;
    };
    return {.causal = mask.causal,
        .allowed_B1TT = ofPairs(mask.allowed_B1TT),
        .windowed_B1TT = ofPairs(mask.windowed_B1TT),
        .rotation = {ofTokens(mask.rotation.cos_T1h), ofTokens(mask.rotation.sin_T1h)}};
}

} // namespace espalier
