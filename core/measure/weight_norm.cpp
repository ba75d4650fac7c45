// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/weight_norm.h"

#include "core/measure/axis_members.h"
#include "core/measure/score_places.h"

#include <ATen/ops/abs.h>

#include <algorithm>
#include <functional>

namespace espalier {

namespace {

bool isGainInFront(const AxisMember& member)
{
    return member.kind == ParameterKind::NormGain && isFrontNorm(member.id.role);
}

/// Rows and front gains to the places that they write.
ChannelScores writersOf(const ParameterSet& parameters, const std::vector<AxisMember>& members)
{
    const ModelConfig& config = parameters.config;
    ChannelScores writers = zeroScores(config.shape);
    for (const AxisMember& member : members) {
        const at::Tensor& tensor = parameters.at(member.id.role, member.id.block);
        const bool linear =
            member.kind == ParameterKind::Matrix || member.kind == ParameterKind::Table;
        if (linear && member.side == Side::Write)
            addToChannels(writers, config, member, normsAlong(partOf(tensor, member), member));
        if (isGainInFront(member) && member.id.block < config.shape.layers)
            std::ranges::copy(normsAlong(tensor.add(config.flavour.normGainOffset), member),
                scoresAt(writers, *readTapOf(member.id.role), member.id.block).begin());
    }
    return writers;
}

/// Columns to the places that they read.
ChannelScores readersOf(const ParameterSet& parameters, const std::vector<AxisMember>& members)
{
    const ModelConfig& config = parameters.config;
    ChannelScores readers = zeroScores(config.shape);
    for (const AxisMember& member : members) {
        const at::Tensor& tensor = parameters.at(member.id.role, member.id.block);
        const bool tiedHead = member.id.role == Role::TokenEmbedding && config.flavour.tiedHead
            && predictsTokens(config.flavour.task);
        if (member.kind == ParameterKind::Matrix && member.side == Side::Read)
            addToChannels(readers, config, member, normsAlong(partOf(tensor, member), member));
        if (tiedHead)
            std::ranges::transform(normsAlong(tensor, member), lastStreamOf(readers, config.shape),
                lastStreamOf(readers, config.shape).begin(), std::plus());
    }
    return readers;
}

/// Without norms in front, attention and the MLP read the stream as it is.
void repeatStream(ChannelScores& scores)
{
    const std::int64_t width = scores.afterMlp_LD.cols;
    std::vector<double>& entering_LD = scores.attentionNorm_LD.values;
    entering_LD = scores.embedding_D;
    entering_LD.insert(entering_LD.end(), scores.afterMlp_LD.values.begin(),
        scores.afterMlp_LD.values.end() - width);
    scores.mlpNorm_LD = scores.afterAttention_LD;
}

class WeightNorm final : public Probe
{
public:
    Status finish(Measurements& measurements, const ParameterSet& parameters,
        const PassTotals& /*totals*/, const Progress& /*progress*/) override
    {
        std::vector<AxisMember> members = axisMembersOf(parameters.config);
        std::erase_if(members, [](const auto& m) { return m.label == AxisLabel::Head; });
        ChannelScores& scores = measurements.scores["weight-norm"];
        scores = writersOf(parameters, members);
        combine(scores, readersOf(parameters, members), std::multiplies());
        if (parameters.config.flavour.layout == BlockLayout::PostNorm)
            repeatStream(scores);
        return {};
    }
};

} // namespace

std::unique_ptr<Probe> beginWeightNorm(const ModelConfig& /*config*/)
{
    return std::make_unique<WeightNorm>();
}

} // namespace espalier
