// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/engine/toy_plans.h"

namespace espalier::test {

TransferPlan identityPlan(const ModelConfig& config)
{
    TransferPlan plan;
    plan.method = "identity";
    plan.parent = config;
    plan.child = config;
    for (int block = 0; block < blocksOf(config.shape); ++block)
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
        const auto groups = randomPermutation(shape.kvHeads, derive(own, "heads"));
        std::vector<std::int64_t> heads; // each group's heads stay together
        for (const std::int64_t group : groups)
            for (std::int64_t i = 0; i < shape.heads / shape.kvHeads; ++i)
                heads.push_back(group * (shape.heads / shape.kvHeads) + i);
        const AxisMap queries =
            AxisMap::select(shape.heads * shape.headDim, channelsOfHeads(heads, shape.headDim));
        const AxisMap keys =
            AxisMap::select(shape.kvHeads * shape.headDim, channelsOfHeads(groups, shape.headDim));
        for (const AxisLabel label : {AxisLabel::Query, AxisLabel::Context})
            term.maps.emplace(label, queries);
        for (const AxisLabel label : {AxisLabel::Key, AxisLabel::Value})
            term.maps.emplace(label, keys);
        if (config.flavour.talkingHeads)
            term.maps.emplace(AxisLabel::Head, AxisMap::select(shape.heads, heads));
        const AxisLabel mlp = mlpAxisOf(shape, term.parentBlock);
        const std::int64_t units = lengthOf(mlp, shape);
        term.maps.emplace(
            mlp, AxisMap::select(units, randomPermutation(units, derive(own, "mlp"))));
    }
    return plan;
}

} // namespace espalier::test
