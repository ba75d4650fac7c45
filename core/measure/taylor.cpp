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
    explicit Taylor(const ModelConfig& config)
        : m_members(axisMembersOf(config))
        , m_changes(m_members.size())
    {
    }

    void seeGradients(const ParameterSet& leaves) override
    {
        for (std::size_t i = 0; i < m_members.size(); ++i) {
            const AxisMember& member = m_members[i];
            const at::Tensor weight = leaves.find(member.id.role, member.id.block);
            if (!weight.defined() || !weight.grad().defined())
                continue; // shown another time, or the loss does not depend on it
            const at::Tensor change =
                partOf(weight.detach(), member).mul(partOf(weight.grad(), member)).abs_();
            m_changes[i] = sumsAlong(change, member);
        }
    }

    Status finish(Measurements& measurements, WeightSource& weights, const PassTotals& totals,
        const Progress& /*progress*/) override
    {
        const auto predictions = static_cast<double>(totals.predictions);
        ChannelScores sums = zeroScores(weights.config().shape);
        for (std::size_t i = 0; i < m_members.size(); ++i) // in one order, whatever came first
            if (!m_changes[i].empty())
                addToChannels(sums, weights.config(), m_members[i], m_changes[i]);
        measurements.scores["taylor"] =
            mapped(std::move(sums), [=](double sum) { return sum / predictions; });
        return {};
    }

private:
    std::vector<AxisMember> m_members;
    std::vector<std::vector<double>> m_changes; ///< of each, summed over its slices
};

} // namespace

std::unique_ptr<Probe> beginTaylor(const ModelConfig& config)
{
    return std::make_unique<Taylor>(config);
}

} // namespace espalier
