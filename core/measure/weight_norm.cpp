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

/// Rows and front gains go to the places that they write.
void addWriter(ChannelScores& writers, const ModelConfig& config, const AxisMember& member,
    const at::Tensor& tensor)
{
    const bool linear = member.kind == ParameterKind::Matrix || member.kind == ParameterKind::Table;
    if (linear && member.side == Side::Write)
        addToChannels(writers, config, member, normsAlong(partOf(tensor, member), member));
    if (isGainInFront(member) && member.id.block < config.shape.layers)
        std::ranges::copy(normsAlong(tensor.add(config.flavour.normGainOffset), member),
            scoresAt(writers, *readTapOf(member.id.role), member.id.block).begin());
}

/// Columns go to the places that they read.
void addReader(ChannelScores& readers, const ModelConfig& config, const AxisMember& member,
    const at::Tensor& tensor)
{
    const bool tiedHead = member.id.role == Role::TokenEmbedding && config.flavour.tiedHead
        && predictsTokens(config.flavour.task);
    if (member.kind == ParameterKind::Matrix && member.side == Side::Read)
        addToChannels(readers, config, member, normsAlong(partOf(tensor, member), member));
    if (tiedHead)
        std::ranges::transform(normsAlong(tensor, member), lastStreamOf(readers, config.shape),
            lastStreamOf(readers, config.shape).begin(), std::plus());
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
    Status finish(Measurements& measurements, WeightSource& weights, const PassTotals& /*totals*/,
        const Progress& /*progress*/) override
    {
        const ModelConfig& config = weights.config();
        ChannelScores writers = zeroScores(config.shape);
        ChannelScores readers = writers;
        for (const AxisMember& member : axisMembersOf(config)) {
            if (member.label == AxisLabel::Head)
                continue;
            const Result<at::Tensor> tensor = weights.parameter(member.id);
            if (!tensor)
                return tensor.error();
            addWriter(writers, config, member, *tensor);
            addReader(readers, config, member, *tensor);
        }
        combine(writers, readers, std::multiplies());
        if (config.flavour.layout == BlockLayout::PostNorm)
            repeatStream(writers);
        measurements.scores["weight-norm"] = std::move(writers);
        return {};
    }
};

} // namespace

std::unique_ptr<Probe> beginWeightNorm(const ModelConfig& /*config*/)
{
    return std::make_unique<WeightNorm>();
}

} // namespace espalier
