// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/open_attention.h"

#include "core/forward/activation.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tril.h>

#include <cmath>
#include <limits>

namespace espalier {

namespace {

/// The heads of each sample mixed: [B, H, T, T].
at::Tensor mixed(const ParameterSet& parameters, Role weight, Role bias, int block,
    const at::Tensor& values_BHTT)
{
    return at::linear(
        values_BHTT.permute({0, 2, 3, 1}), parameters.at(weight, block), parameters.at(bias, block))
        .permute({0, 3, 1, 2});
}

/// Each group once for every query head that reads it.
at::Tensor forEveryHead(const at::Tensor& groups_BKTh, std::int64_t heads)
{
    const std::int64_t each = heads / groups_BKTh.size(1);
    return each == 1 ? groups_BKTh : groups_BKTh.repeat_interleave(each, 1);
}

/// Writes into the scores, whose values no gradient asks for.
at::Tensor masked(at::Tensor scores_BHTT, const at::Tensor& allowed_B1TT, bool causal)
{
    if (!allowed_B1TT.defined() && !causal)
        return scores_BHTT;
    const at::Tensor allowed = allowed_B1TT.defined()
        ? allowed_B1TT
        : at::tril(at::ones(
            {scores_BHTT.size(2), scores_BHTT.size(3)}, scores_BHTT.options().dtype(at::kBool)));
    return scores_BHTT.masked_fill_(
        allowed.logical_not(), -std::numeric_limits<double>::infinity());
}

} // namespace

at::Tensor openAttention(const ParameterSet& parameters, int block, const QueryKeyValue& qkv,
    const at::Tensor& allowed_B1TT, bool causal)
{
    const Flavour& flavour = parameters.config.flavour;
    const ModelShape& shape = parameters.config.shape;
    const bool mixes = hasParameter(parameters.config, {Role::ScoreMixWeight, block});
    const double scale = flavour.queryScale > 0 ? flavour.queryScale
                                                : 1 / std::sqrt(static_cast<double>(shape.headDim));
    const at::Tensor keys_BHTh = forEveryHead(qkv.key_BKTh, shape.heads);
    at::Tensor scores_BHTT = softCapped(
        at::matmul(qkv.query_BHTh.mul(scale), keys_BHTh.transpose(-2, -1)), flavour.scoreCap);
    if (mixes)
        scores_BHTT =
            mixed(parameters, Role::ScoreMixWeight, Role::ScoreMixBias, block, scores_BHTT);
    at::Tensor shares_BHTT = at::softmax(masked(scores_BHTT, allowed_B1TT, causal), -1);
    if (mixes)
        shares_BHTT = mixed(
            parameters, Role::ProbabilityMixWeight, Role::ProbabilityMixBias, block, shares_BHTT);
    return at::matmul(shares_BHTT, forEveryHead(qkv.value_BKTh, shape.heads));
}

} // namespace espalier
