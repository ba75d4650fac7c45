// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/transfer_plan.h"

#include "core/base/expect.h"

namespace espalier {

namespace {

const std::vector<SourceTerm>& termsOf(const DestinationBlock& block, Role role)
{
    const auto own = block.termsByRole.find(role);
    return own == block.termsByRole.end() ? block.terms : own->second;
}

const AxisMap* mapIn(const std::map<AxisLabel, AxisMap>& maps, AxisLabel label)
{
    const auto found = maps.find(label);
    return found == maps.end() ? nullptr : &found->second;
}

/// The most particular map of a label: the parameter's, the term's, the block's, the network's.
const AxisMap* mapFor(const TransferPlan& plan, const ParameterRule& rule,
    const DestinationBlock* block, const SourceTerm* term, AxisLabel label)
{
    if (const AxisMap* own = mapIn(rule.maps, label))
        return own;
    if (const AxisMap* own = term ? mapIn(term->maps, label) : nullptr)
        return own;
    if (const AxisMap* blocks = block ? mapIn(block->maps, label) : nullptr)
        return blocks;
    return isPerBlock(label) ? nullptr : mapIn(plan.globalMaps, label);
}

ResolvedTerm resolveTerm(const TransferPlan& plan, const ParameterRule& rule,
    const ParameterSpec& child, ParameterId parent, const DestinationBlock* block,
    const SourceTerm* term)
{
    ResolvedTerm resolved{.parent = parent, .weight = term ? term->weight : 1.0, .maps = {}};
    for (const Dim& dim : child.dims) {
        std::vector<const AxisMap*>& maps = resolved.maps.emplace_back();
        for (const AxisLabel label : dim.segments)
            maps.push_back(mapFor(plan, rule, block, term, label));
    }
    if (term && !term->weightByLabel.empty())
        for (const AxisLabel label : child.dims.front().segments) {
            const auto own = term->weightByLabel.find(label);
            resolved.segmentWeights.push_back(
                own == term->weightByLabel.end() ? term->weight : own->second);
        }
    return resolved;
}

/// A norm of the network has no block.
ParameterId gainOf(Role gain, int parentBlock)
{
    return {gain, isPerBlock(gain) ? parentBlock : -1};
}

} // namespace

ParameterPlan resolve(const TransferPlan& plan, ParameterId child)
{
    ParameterPlan result;
    result.child = parameterOf(plan.child, child);
    result.noiseSeed = derive(plan.seed, nameOf(child));
    const auto found = plan.rules.find(child);
    static const ParameterRule plain;
    const ParameterRule& rule = found == plan.rules.end() ? plain : found->second;
    result.scale = rule.scale;
    result.noise = rule.noise;
    if (rule.face)
        for (Dim& dim : result.child.dims)
            dim.side = *rule.face;
    if (rule.fresh)
        return result;

    const Role source = rule.source.value_or(child.role);
    if (!isPerBlock(child.role)) {
        result.terms.push_back(
            resolveTerm(plan, rule, result.child, {source, -1}, nullptr, nullptr));
    } else {
        ESPALIER_EXPECT(static_cast<std::size_t>(child.block) < plan.blocks.size(),
            "the plan has a row for every block");
        const DestinationBlock& block = plan.blocks[static_cast<std::size_t>(child.block)];
        for (const SourceTerm& term : termsOf(block, child.role))
            result.terms.push_back(
                resolveTerm(plan, rule, result.child, {source, term.parentBlock}, &block, &term));
    }
    if (rule.foldedGain)
        for (ResolvedTerm& term : result.terms)
            term.foldedGain = gainOf(*rule.foldedGain, term.parent.block);
    return result;
}

} // namespace espalier
