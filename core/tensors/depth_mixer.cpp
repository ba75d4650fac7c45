// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/depth_mixer.h"

#include "core/base/expect.h"
#include "core/tensors/map_rows.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/unbind.h>

#include <algorithm>
#include <set>

namespace espalier {

namespace {

at::Tensor indexOf(const std::vector<std::int64_t>& values)
{
    return at::from_blob(const_cast<std::int64_t*>(values.data()),
        {static_cast<std::int64_t>(values.size())}, at::kLong)
        .clone();
}

/// Destination blocks whose terms for this role are the operator's.
std::vector<std::int64_t> blocksMixedBy(
    const TransferPlan& plan, const DepthOperator& depth, Role role)
{
    std::vector<std::int64_t> blocks;
    for (std::size_t b = 0; b < plan.blocks.size(); ++b) {
        const DestinationBlock& block = plan.blocks[b];
        const auto own = block.termsByRole.find(role);
        const bool isOwn = own != block.termsByRole.end();
        const ParameterId id{role, static_cast<int>(b)};
        if (isOwn == depth.role.has_value() && hasParameter(plan.child, id)
            && (isOwn ? own->second : block.terms).size() > 1)
            blocks.push_back(static_cast<std::int64_t>(b));
    }
    return blocks;
}

std::set<Role> blockRoles(const ModelConfig& config)
{
    std::set<Role> roles;
    for (const ParameterSpec& spec : parametersOf(config))
        if (spec.id.block >= 0)
            roles.insert(spec.id.role);
    return roles;
}

/// Which parent block is a source of which of these blocks.
struct Sources
{
    std::vector<std::int64_t> columns;
    Matrix mask;
    Role role = Role::QkvWeight;
};
Sources sourcesOf(const TransferPlan& plan, Role role, const std::vector<std::int64_t>& blocks)
{
    std::vector<std::set<std::int64_t>> terms;
    std::set<std::int64_t> all;
    Sources sources;
    for (const std::int64_t block : blocks) {
        terms.emplace_back();
        for (const ResolvedTerm& term : resolve(plan, {role, static_cast<int>(block)}).terms) {
            terms.back().insert(term.parent.block);
            all.insert(term.parent.block);
            sources.role = term.parent.role;
        }
    }
    sources.columns.assign(all.begin(), all.end());
    sources.mask = {.rows = static_cast<std::int64_t>(blocks.size()),
        .cols = static_cast<std::int64_t>(all.size())};
    for (const std::set<std::int64_t>& has : terms)
        for (const std::int64_t column : sources.columns)
            sources.mask.values.push_back(has.contains(column) ? 1 : 0);
    return sources;
}

} // namespace

DepthMixer::DepthMixer(const TransferPlan& plan, const std::vector<DepthOperator>& operators,
    const ParameterSet& parent, bool tuned)
{
    const at::NoGradGuard noGradients;
    for (const DepthOperator& depth : operators) {
        const auto type = parent.tensors.begin()->second.scalar_type();
        m_weights.push_back(tensorOf(depth.weights).to(type));
        if (depth.role)
            addParts(plan, depth, m_weights.size() - 1, *depth.role, parent);
        else
            for (const Role role : blockRoles(plan.child))
                addParts(plan, depth, m_weights.size() - 1, role, parent);
    }
    std::stable_sort(m_parts.begin(), m_parts.end(),
        [](const Part& a, const Part& b) { return a.segment < b.segment; });
    if (!tuned) {
        m_constant = mixtures();
        m_parts.clear();
    } else {
        for (at::Tensor& weights : m_weights)
            weights.set_requires_grad(true);
    }
}

void DepthMixer::addParts(const TransferPlan& plan, const DepthOperator& depth, std::size_t index,
    Role role, const ParameterSet& parent)
{
    const std::vector<std::int64_t> blocks = blocksMixedBy(plan, depth, role);
    if (blocks.empty())
        return;
    const Sources sources = sourcesOf(plan, role, blocks);
    const auto type = m_weights[index].scalar_type();
    const bool complete = std::find(sources.mask.values.begin(), sources.mask.values.end(), 0.0)
        == sources.mask.values.end();
    Part part{.role = role,
        .weights = index,
        .blocks = blocks,
        .rows = indexOf(blocks),
        .columns = indexOf(sources.columns),
        .mask = complete ? at::Tensor() : tensorOf(sources.mask).to(type)};
    const auto add = [&](std::size_t segment, std::int64_t begin, std::int64_t length) {
        std::vector<at::Tensor> values;
        for (const std::int64_t column : sources.columns)
            values.push_back(
                parent.at(sources.role, static_cast<int>(column)).narrow(0, begin, length));
        part.segment = segment;
        part.sizes = values.front().sizes().vec();
        part.sources = at::stack(values).flatten(1);
        m_parts.push_back(part);
    };
    const ParameterSpec spec = parameterOf(plan.child, {role, static_cast<int>(blocks.front())});
    if (!depth.label)
        return add(0, 0, lengthOf(spec.dims[0], parent.config.shape));
    std::int64_t begin = 0;
    for (std::size_t s = 0; s < spec.dims[0].segments.size(); ++s) {
        const std::int64_t length = lengthOf(spec.dims[0].segments[s], parent.config.shape);
        if (spec.dims[0].segments[s] == depth.label)
            add(s, begin, length);
        begin += length;
    }
}

std::vector<at::Tensor> DepthMixer::mixed(const Part& part) const
{
    at::Tensor weights =
        m_weights[part.weights].index_select(0, part.rows).index_select(1, part.columns);
    if (part.mask.defined())
        weights = weights.mul(part.mask);
    return at::unbind(at::matmul(weights, part.sources));
}

Mixtures DepthMixer::mixtures() const
{
    if (!m_constant.empty())
        return m_constant;
    Mixtures mixtures;
    for (const Part& part : m_parts) {
        const std::vector<at::Tensor> values = mixed(part);
        for (std::size_t i = 0; i < values.size(); ++i)
            mixtures[{part.role, static_cast<int>(part.blocks[i])}].push_back(
                values[i].view(part.sizes));
    }
    return mixtures;
}

} // namespace espalier
