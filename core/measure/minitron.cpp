// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/minitron.h"

#include "core/measure/score_places.h"
#include "core/tensors/column_sums.h"

#include <cmath>

namespace espalier {

namespace {

class Minitron final : public Probe
{
public:
    explicit Minitron(const ModelShape& shape)
        : m_sums(zeroScores(shape))
    {
    }

    void observe(const Observation& seen) override
    {
        const auto sums_C = scoresAt(m_sums, seen.tap, seen.block);
        if (sums_C.empty())
            return;
        std::int64_t first = 0;
        for (const std::int64_t tokens : seen.tokens_B) {
            if (tokens > 0)
                addSample(seen.rows_NC.narrow(0, first, tokens), sums_C);
            first += tokens;
        }
    }

    Status finish(Measurements& measurements, WeightSource& /*weights*/,
        const PassTotals& /*totals*/, const Progress& /*progress*/) override
    {
        measurements.scores["minitron"] = mapped(m_sums, [](double sum) { return std::sqrt(sum); });
        return {};
    }

private:
    void addSample(const at::Tensor& rows_TC, std::span<double> sums_C)
    {
        m_absolute_C.assign(sums_C.size(), 0.0);
        addAbsoluteSums(rows_TC, m_absolute_C);
        for (std::size_t c = 0; c < sums_C.size(); ++c) {
            const double mean = m_absolute_C[c] / static_cast<double>(rows_TC.size(0));
            sums_C[c] += mean * mean;
        }
    }

    ChannelScores m_sums;
    std::vector<double> m_absolute_C; ///< of the sample under way
};

} // namespace

std::unique_ptr<Probe> beginMinitron(const ModelConfig& config)
{
    return std::make_unique<Minitron>(config.shape);
}

} // namespace espalier
