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
        const auto tokens = static_cast<double>(totals.tokens);
        measurements.scores["rms"] =
            mapped(m_sums, [tokens](double sum) { return std::sqrt(sum / tokens); });
        return {};
    }
};

} // namespace

std::unique_ptr<Probe> beginRms(const ModelConfig& config)
{
    return std::make_unique<Rms>(config.shape);
}

} // namespace espalier
