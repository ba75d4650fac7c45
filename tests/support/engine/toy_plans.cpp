// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/engine/toy_plans.h"

namespace espalier::test {

TransferPlan identityPlan(const ModelConfig& config)
{
    TransferPlan plan;
    plan.method = "identity";
    plan.parent = config;
    plan.child = config;
    for (int block = 0; block < config.shape.layers; ++block)
        plan.blocks.push_back({.terms = {{.parentBlock = block}}});
    return plan;
}

TransferPlan permutationPlan(const ModelConfig& config, Seed seed)
{
    const ModelShape& shape = config.shape;
    TransferPlan plan = identityPlan(config);
    plan.globalMaps.emplace(AxisLabel::Residual,
        AxisMap::select(shape.hidden, randomPermutation(shape.hidden, derive(seed, "residual"))));
    for (DestinationBlock& block : plan.blocks) {
        SourceTerm& term = block.terms.front();
        const Seed own = derive(seed, static_cast<std::uint64_t>(term.parentBlock));
        const AxisMap heads = AxisMap::select(shape.heads * shape.headDim,
            channelsOfHeads(randomPermutation(shape.heads, derive(own, "heads")), shape.headDim));
        for (const AxisLabel label :
            {AxisLabel::Query, AxisLabel::Key, AxisLabel::Value, AxisLabel::Context})
            term.maps.emplace(label, heads);
        term.maps.emplace(AxisLabel::Mlp,
            AxisMap::select(shape.mlp, randomPermutation(shape.mlp, derive(own, "mlp"))));
    }
    return plan;
}

} // namespace espalier::test
