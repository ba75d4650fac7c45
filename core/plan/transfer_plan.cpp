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

ResolvedTerm resolveTerm(const TransferPlan& plan, const ParameterSpec& child, ParameterId parent,
    const SourceTerm* term)
{
    ResolvedTerm resolved{.parent = parent, .weight = term ? term->weight : 1.0, .maps = {}};
    for (const Dim& dim : child.dims) {
        std::vector<const AxisMap*>& maps = resolved.maps.emplace_back();
        for (const AxisLabel label : dim.segments) {
            const AxisMap* map = term ? mapIn(term->maps, label) : nullptr;
            maps.push_back(map || isPerBlock(label) ? map : mapIn(plan.globalMaps, label));
        }
    }
    return resolved;
}

} // namespace

ParameterPlan resolve(const TransferPlan& plan, ParameterId child)
{
    ParameterPlan result;
    result.child = parameterOf(plan.child, child);
    result.noiseSeed = derive(plan.seed, nameOf(child));
    const auto found = plan.rules.find(child);
    const ParameterRule rule = found == plan.rules.end() ? ParameterRule{} : found->second;
    result.scale = rule.scale;
    result.noise = rule.noise;
    if (rule.fresh)
        return result;

    const Role source = rule.source.value_or(child.role);
    if (!isPerBlock(child.role)) {
        result.terms.push_back(resolveTerm(plan, result.child, {source, -1}, nullptr));
        return result;
    }
    ESPALIER_EXPECT(static_cast<std::size_t>(child.block) < plan.blocks.size(),
        "the plan has a row for every block");
    for (const SourceTerm& term :
        termsOf(plan.blocks[static_cast<std::size_t>(child.block)], child.role))
        result.terms.push_back(resolveTerm(plan, result.child, {source, term.parentBlock}, &term));
    return result;
}

} // namespace espalier
