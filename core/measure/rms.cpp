// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/rms.h"

#include "core/measure/score_places.h"
#include "core/measure/square_sums.h"

#include <cmath>

namespace espalier {

namespace {

class Rms final : public SquareSums
{
public:
    using SquareSums::SquareSums;

    Status finish(Measurements& measurements, WeightSource& /*weights*/, const PassTotals& totals,
        const Progress& /*progress*/) override
    {
        measurements.scores["rms"] =
            mapped(meansOf(m_sums, totals), [](double mean) { return std::sqrt(mean); });
        return {};
    }
};

} // namespace

std::unique_ptr<Probe> beginRms(const ModelConfig& config)
{
    return std::make_unique<Rms>(config.shape);
}

} // namespace espalier
