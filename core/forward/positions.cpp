// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/positions.h"

#include <ATen/ops/cumsum.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/ones_like.h>

namespace espalier {

namespace {

at::Tensor countedTokens(const Flavour& flavour, const Batch& batch)
{
    if (flavour.positionRule == PositionRule::RealTokens)
        return batch.inputIds_BT.ne(flavour.paddingId).to(at::kLong);
    return batch.attentionMask_BT.defined() ? batch.attentionMask_BT.ne(0).to(at::kLong)
                                            : at::ones_like(batch.inputIds_BT);
}

} // namespace

at::Tensor positionEmbeddings(const ParameterSet& parameters, const Batch& batch)
{
    const at::Tensor& table = parameters.at(Role::PositionEmbedding);
    const Flavour& flavour = parameters.config.flavour;
    const std::int64_t spare = parameters.config.shape.sparePositions;
    if (flavour.positionRule == PositionRule::Column)
        return table.narrow(0, spare, batch.inputIds_BT.size(1));
    const at::Tensor counted_BT = countedTokens(flavour, batch);
    return at::embedding(table, at::cumsum(counted_BT, 1).mul(counted_BT).add(spare - 1));
}

} // namespace espalier
