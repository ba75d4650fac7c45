// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/taylor.h"

#include "core/measure/axis_members.h"
#include "core/measure/score_places.h"

#include <ATen/ops/abs.h>

namespace espalier {

namespace {

class Taylor final : public Probe
{
public:
    Status finish(Measurements& measurements, WeightSource& weights, const PassTotals& totals,
        const Progress& /*progress*/) override
    {
        const auto predictions = static_cast<double>(totals.predictions);
        ChannelScores sums = zeroScores(weights.config().shape);
        for (const AxisMember& member : axisMembersOf(weights.config())) {
            const Result<at::Tensor> weight = weights.parameter(member.id);
            if (!weight)
                return weight.error();
            if (!weight->grad().defined())
                continue; // the loss does not depend on it
            const at::Tensor change =
                partOf(weight->detach(), member).mul(partOf(weight->grad(), member)).abs();
            addToChannels(sums, weights.config(), member, sumsAlong(change, member));
        }
        measurements.scores["taylor"] =
            mapped(std::move(sums), [=](double sum) { return sum / predictions; });
        return {};
    }
};

} // namespace

std::unique_ptr<Probe> beginTaylor(const ModelConfig& /*config*/)
{
    return std::make_unique<Taylor>();
}

} // namespace espalier
