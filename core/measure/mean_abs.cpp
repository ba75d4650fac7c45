// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/mean_abs.h"

#include "core/measure/score_places.h"
#include "core/tensors/column_sums.h"

namespace espalier {

namespace {

class MeanAbs final : public Probe
{
public:
    explicit MeanAbs(const ModelShape& shape)
        : m_sums(zeroScores(shape))
    {
    }

    void observe(const Observation& seen) override
    {
        if (const auto sums_C = scoresAt(m_sums, seen.tap, seen.block); !sums_C.empty())
            addAbsoluteSums(seen.rows_NC, sums_C);
    }

    Status finish(Measurements& measurements, WeightSource& /*weights*/, const PassTotals& totals,
        const Progress& /*progress*/) override
    {
        measurements.scores[std::string(kMeanAbs)] = meansOf(m_sums, totals);
        return {};
    }

private:
    ChannelScores m_sums;
};

} // namespace

std::unique_ptr<Probe> beginMeanAbs(const ModelConfig& config)
{
    return std::make_unique<MeanAbs>(config.shape);
}

} // namespace espalier
