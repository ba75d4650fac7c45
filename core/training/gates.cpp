// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/gates.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace espalier {

namespace {

Error noGates(std::string_view found)
{
    return refused(
        fmt::format("gates: found {}, wanted a start with new members beside its parent's", found));
}

/// Indices of a map that nothing leads to; none without a map.
std::vector<std::int64_t> newIn(const AxisMap* map)
{
    std::vector<std::int64_t> indices;
    for (std::size_t i = 0; map && i < map->child_from_parent.size(); ++i)
        if (map->kind != AxisMap::Kind::Dense && map->child_from_parent[i] == kNothing)
            indices.push_back(static_cast<std::int64_t>(i));
    return indices;
}

const AxisMap* mapIn(const std::map<AxisLabel, AxisMap>& maps, AxisLabel label)
{
    const auto found = maps.find(label);
    return found == maps.end() ? nullptr : &found->second;
}

/// The map of a block's own axis; nothing is new where several blocks are mixed.
const AxisMap* mapOf(const DestinationBlock& block, AxisLabel label)
{
    if (block.terms.size() != 1)
        return nullptr;
    const AxisMap* const own = mapIn(block.terms.front().maps, label);
    return own ? own : mapIn(block.maps, label);
}

std::vector<std::int64_t> headsOf(const std::vector<std::int64_t>& channels, std::int64_t headDim)
{
    std::vector<std::int64_t> heads;
    for (const std::int64_t channel : channels)
        if (channel % headDim == 0)
            heads.push_back(channel / headDim);
    return heads;
}

/// Whether gains of norms on the stream were changed for its new channels.
bool normsMakeUp(const TransferPlan& plan)
{
    return std::ranges::any_of(plan.rules, [&](const auto& rule) {
        const auto& [id, says] = rule;
        return id.block >= 0 && says.scale != 1
            && parameterOf(plan.child, id).kind == ParameterKind::NormGain;
    });
}

/// Why no gates can stand where these members are new; empty if they can.
std::string_view faultOf(const TransferPlan& plan, const NewMembers& members)
{
    const Flavour& flavour = plan.child.flavour;
    const bool postNorm = flavour.layout == BlockLayout::PostNorm;
    if (members.blocks.size() == plan.blocks.size())
        return "no block of the parent's";
    if (!members.blocks.empty() && postNorm)
        return "new blocks behind norms on the stream itself (post-norm)";
    if (members.channels.empty())
        return members.blocks.empty() && members.inside.empty() ? "none that are new" : "";
    if (postNorm || flavour.embeddingNorm || flavour.headDense)
        return "new channels behind norms on the stream itself (post-norm)";
    if (normsMakeUp(plan))
        return "norms that make up for new channels already";
    return "";
}

/// Factors of a value's rows.
at::Tensor ofRows(const at::Tensor& factors, const at::Tensor& value)
{
    return value.dim() == 2 ? factors.unsqueeze(1) : factors;
}

/// What a block adds to the stream passes these last.
bool addsToStream(Role role, BlockLayout layout)
{
    switch (role) {
    case Role::AttentionOutWeight:
    case Role::AttentionOutBias:
    case Role::MlpDownWeight:
    case Role::MlpDownBias:
        return layout != BlockLayout::Sandwich;
    case Role::AttentionPostNormGain:
    case Role::AttentionPostNormBias:
    case Role::MlpPostNormGain:
    case Role::MlpPostNormBias:
        return layout == BlockLayout::Sandwich;
    default:
        return false;
    }
}

/// LayerScale's gain on what a projection adds, or nothing.
std::optional<Role> scaleBehind(Role role)
{
    if (role == Role::AttentionOutWeight || role == Role::AttentionOutBias)
        return Role::AttentionScale;
    if (role == Role::MlpDownWeight || role == Role::MlpDownBias)
        return Role::MlpScale;
    return std::nullopt;
}

/// The dimension along which a parameter writes the stream, if it does.
std::optional<std::int64_t> streamDimOf(const ParameterSpec& spec)
{
    for (std::size_t dim = 0; dim < spec.dims.size(); ++dim)
        if (spec.dims[dim].segments.front() == AxisLabel::Residual
            && spec.dims[dim].side == Side::Write)
            return static_cast<std::int64_t>(dim);
    return std::nullopt;
}

class Gating
{
public:
    Gating(const ParameterSet& parameters, const NewMembers& members, double gate)
        : m_parameters(parameters)
        , m_members(members)
        , m_gate(gate)
    {
        if (members.channels.empty())
            return;
        const auto hidden = static_cast<double>(parameters.config.shape.hidden);
        m_channels_D = gates(parameters.config.shape.hidden, members.channels);
        m_open = hidden - (1 - gate) * static_cast<double>(members.channels.size());
        m_share = m_open / hidden;
    }

    [[nodiscard]] ParameterSet result() const
    {
        ParameterSet set{.config = m_parameters.config};
        for (const auto& [id, tensor] : m_parameters.tensors)
            set.tensors.emplace(id, gatedValue(parameterOf(m_parameters.config, id), tensor));
        Flavour& flavour = set.config.flavour;
        flavour.normEpsilon *= m_share;
        if (m_channels_D.defined() && flavour.tiedHead && predictsTokens(flavour.task)) {
            flavour.tiedHead = false;
            set.tensors.emplace(
                ParameterId{Role::HeadWeight, -1}, m_parameters.at(Role::TokenEmbedding));
        }
        return set;
    }

private:
    [[nodiscard]] at::Tensor ones(std::int64_t length) const
    {
        return at::ones({length}, m_parameters.tensors.begin()->second.options());
    }

    /// Ones, and the gate at these indices.
    [[nodiscard]] at::Tensor gates(
        std::int64_t length, const std::vector<std::int64_t>& indices) const
    {
        const at::Tensor gates = ones(length);
        return gates.index_fill_(0, at::tensor(indices, at::kLong).to(gates.device()), m_gate);
    }

    /// The gate of a new block stands here.
    [[nodiscard]] bool closesBlock(ParameterId id) const
    {
        const std::vector<int>& blocks = m_members.blocks;
        return addsToStream(id.role, m_parameters.config.flavour.layout)
            && std::find(blocks.begin(), blocks.end(), id.block) != blocks.end();
    }

    /// Layer norm's mean is taken out where the stream is written.
    [[nodiscard]] bool centres() const
    {
        return m_channels_D.defined() && m_parameters.config.flavour.norm == NormKind::Layer;
    }

    [[nodiscard]] at::Tensor gatedValue(const ParameterSpec& spec, const at::Tensor& value) const
    {
        switch (spec.kind) {
        case ParameterKind::NormGain:
            return gatedGain(spec, value);
        case ParameterKind::LayerScale: // multiplies the rows in front of it, which are centred
            return centres() ? at::ones_like(value) : value;
        default:
            return writing(spec, asking(spec, reading(spec, value)));
        }
    }

    /// What a gain does is its value plus the family's offset.
    [[nodiscard]] at::Tensor gatedGain(const ParameterSpec& spec, const at::Tensor& gain) const
    {
        const double factor =
            (streamDimOf(spec) ? std::sqrt(m_share) : 1) * (closesBlock(spec.id) ? m_gate : 1);
        if (factor == 1)
            return gain;
        const double offset = m_parameters.config.flavour.normGainOffset;
        return gain.add(offset).mul(factor).sub(offset);
    }

    [[nodiscard]] at::Tensor reading(const ParameterSpec& spec, const at::Tensor& value) const
    {
        const Dim& columns = spec.dims.back();
        const auto inside = std::find_if(m_members.inside.begin(), m_members.inside.end(),
            [&](const auto& each) { return each.block == spec.id.block; });
        if (columns.side != Side::Read || inside == m_members.inside.end())
            return value;
        const ModelShape& shape = m_parameters.config.shape;
        switch (const AxisLabel label = columns.segments.front(); label) {
        case AxisLabel::Context:
            return value.mul(gates(shape.heads, inside->heads).repeat_interleave(shape.headDim));
        case AxisLabel::Head:
            return value.mul(gates(shape.heads, inside->heads));
        case AxisLabel::Mlp:
        case AxisLabel::ClassMlp:
            return value.mul(gates(lengthOf(label, shape), inside->units));
        default:
            return value;
        }
    }

    /// Norms of queries and keys share the epsilon, so queries and keys follow it.
    [[nodiscard]] at::Tensor asking(const ParameterSpec& spec, const at::Tensor& value) const
    {
        const ModelConfig& config = m_parameters.config;
        if (m_share == 1 || !config.flavour.queryKeyNorm
            || spec.dims.front().segments.front() != AxisLabel::Query)
            return value;
        const at::Tensor rows = ones(value.size(0));
        rows.narrow(0, 0, (config.shape.heads + config.shape.kvHeads) * config.shape.headDim)
            .fill_(std::sqrt(m_share));
        return value.mul(ofRows(rows, value));
    }

    [[nodiscard]] at::Tensor writing(const ParameterSpec& spec, const at::Tensor& value) const
    {
        const std::optional<std::int64_t> dim = streamDimOf(spec);
        if (!dim)
            return value;
        const at::Tensor opened = closesBlock(spec.id) ? value.mul(m_gate) : value;
        if (!m_channels_D.defined())
            return opened;
        const at::Tensor channels = *dim == 0 ? ofRows(m_channels_D, value) : m_channels_D;
        if (!centres() || spec.kind == ParameterKind::NormBias)
            return opened.mul(channels);
        const std::optional<Role> scale = scaleBehind(spec.id.role);
        const at::Tensor added = scale && m_parameters.config.flavour.layerScale
            ? opened.mul(ofRows(m_parameters.at(*scale, spec.id.block), value))
            : opened;
        return added.sub(added.mul(channels).sum(*dim, true).div(m_open)).mul(channels);
    }

    const ParameterSet& m_parameters;
    const NewMembers& m_members;
    double m_gate;
    at::Tensor m_channels_D; ///< undefined: none is new
    double m_open = 0; ///< the sum of the channels' gates
    double m_share = 1; ///< their mean
};

} // namespace

Result<NewMembers> newMembersOf(const TransferPlan& plan)
{
    NewMembers members;
    members.channels = newIn(mapIn(plan.globalMaps, AxisLabel::Residual));
    const ModelShape& shape = plan.child.shape;
    for (std::size_t j = 0; j < plan.blocks.size(); ++j) {
        const DestinationBlock& block = plan.blocks[j];
        const int number = static_cast<int>(j);
        if (block.terms.empty() && block.termsByRole.empty()) {
            members.blocks.push_back(number);
            continue;
        }
        NewMembers::InBlock inside{.block = number,
            .heads = headsOf(newIn(mapOf(block, AxisLabel::Context)), shape.headDim),
            .units = newIn(mapOf(block, mlpAxisOf(shape, number)))};
        if (!inside.heads.empty() || !inside.units.empty())
            members.inside.push_back(std::move(inside));
    }
    const std::string_view fault = faultOf(plan, members);
    if (!fault.empty())
        return noGates(fault);
    return members;
}

ParameterSet gated(const ParameterSet& parameters, const NewMembers& members, double gate)
{
    return Gating(parameters, members, gate).result();
}

} // namespace espalier
