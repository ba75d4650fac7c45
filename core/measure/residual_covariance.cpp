// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/residual_covariance.h"

#include "core/measure/moments.h"

#include <map>

namespace espalier {

namespace {

class ResidualCovariance final : public Probe
{
public:
    void observe(const Observation& seen) override
    {
        if (seen.tap == Tap::Embedding || seen.tap == Tap::AfterAttention
            || seen.tap == Tap::AfterMlp)
            addMoment(m_sums_DD[{seen.tap, seen.block}], seen.rows_NC);
    }

    Status finish(Measurements& measurements, const ParameterSet& parameters,
        const PassTotals& /*totals*/, const Progress& /*progress*/) override
    {
        const std::int64_t width = parameters.config.shape.hidden;
        Matrix& mean_DD = measurements.residualCovariance_DD;
        mean_DD = {width, width, std::vector<double>(static_cast<std::size_t>(width * width), 0.0)};
        const auto taps = static_cast<double>(m_sums_DD.size());
        for (const auto& [place, sum_DD] : m_sums_DD) {
            const double trace = traceOf(sum_DD);
            for (std::size_t i = 0; trace > 0 && i < mean_DD.values.size(); ++i)
                mean_DD.values[i] += sum_DD.values[i] / (trace * taps);
        }
        symmetrise(mean_DD, 1);
        return {};
    }

private:
    std::map<std::pair<Tap, int>, Matrix> m_sums_DD;
};

} // namespace

std::unique_ptr<Probe> beginResidualCovariance(const ModelConfig& /*config*/)
{
    return std::make_unique<ResidualCovariance>();
}

std::int64_t residualCovarianceBytes(const ModelShape& shape)
{
    const std::int64_t taps = 2 * shape.layers + 1;
    return (taps + 1) * shape.hidden * shape.hidden * static_cast<std::int64_t>(sizeof(double));
}

} // namespace espalier
