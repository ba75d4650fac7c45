// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/wanda.h"

#include "core/base/expect.h"
#include "core/measure/axis_members.h"
#include "core/measure/score_places.h"
#include "core/measure/square_sums.h"

#include <ATen/ops/abs.h>

#include <cmath>

namespace espalier {

namespace {

/// Columns inside blocks that read something seen: behind the trunk no stream is.
bool isConsumer(const AxisMember& member, const ModelShape& shape)
{
    const bool readsStream = member.label == AxisLabel::Residual;
    return member.kind == ParameterKind::Matrix && member.side == Side::Read
        && member.label != AxisLabel::Head && member.id.block >= 0
        && (member.id.block < shape.layers || !readsStream);
}

/// Where a consumer's input is seen.
Tap inputOf(const AxisMember& member)
{
    switch (member.label) {
    case AxisLabel::Context:
        return Tap::Context;
    case AxisLabel::Mlp:
    case AxisLabel::ClassMlp:
        return Tap::MlpHidden;
    default:
        break;
    }
    const std::optional<Tap> tap = readTapOf(member.id.role);
    ESPALIER_EXPECT(tap.has_value(), "consumers lie inside blocks");
    return *tap;
}

class Wanda final : public SquareSums
{
public:
    using SquareSums::SquareSums;

    Status finish(Measurements& measurements, WeightSource& weights, const PassTotals& /*totals*/,
        const Progress& /*progress*/) override
    {
        const ModelConfig& config = weights.config();
        ChannelScores& scores = measurements.scores["wanda"];
        scores = zeroScores(config.shape);
        for (const AxisMember& member : axisMembersOf(config)) {
            if (!isConsumer(member, config.shape))
                continue;
            const Result<at::Tensor> weight = weights.parameter(member.id);
            if (!weight)
                return weight.error();
            std::vector<double> values = sumsAlong(partOf(*weight, member).abs(), member);
            const auto squares_C = scoresAt(m_sums, inputOf(member), member.id.block);
            for (std::size_t c = 0; c < values.size(); ++c)
                values[c] *= std::sqrt(squares_C[c]);
            addToChannels(scores, config, member, values);
        }
        return {};
    }
};

} // namespace

std::unique_ptr<Probe> beginWanda(const ModelConfig& config)
{
    return std::make_unique<Wanda>(config.shape);
}

} // namespace espalier
