// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/variance.h"

#include "core/measure/score_places.h"
#include "core/tensors/column_sums.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <map>

namespace espalier {

namespace {

class Variance final : public Probe
{
public:
    explicit Variance(const ModelShape& shape)
        : m_sums(zeroScores(shape))
        , m_squares(m_sums)
    {
    }

    void observe(const Observation& seen) override
    {
        const auto sums_C = scoresAt(m_sums, seen.tap, seen.block);
        if (sums_C.empty())
            return;
        at::Tensor& centre_C = m_centre_C[{seen.tap, seen.block}];
        if (!centre_C.defined())
            centre_C = meanOf(seen.rows_NC);
        const at::Tensor centred_NC = seen.rows_NC.sub(centre_C);
        addSums(centred_NC, sums_C);
        addSquareSums(centred_NC, scoresAt(m_squares, seen.tap, seen.block));
    }

    Status finish(Measurements& measurements, WeightSource& /*weights*/, const PassTotals& totals,
        const Progress& /*progress*/) override
    {
        ChannelScores& scores = measurements.scores["variance"];
        scores = meansOf(m_sums, totals);
        combine(scores, meansOf(m_squares, totals),
            [](double mean, double meanSquare) { return std::max(0.0, meanSquare - mean * mean); });
        return {};
    }

private:
    static at::Tensor meanOf(const at::Tensor& rows_NC)
    {
        std::vector<double> sums_C(static_cast<std::size_t>(rows_NC.size(1)), 0.0);
        addSums(rows_NC, sums_C);
        at::Tensor mean_C = at::empty({rows_NC.size(1)}, at::kFloat);
        std::transform(
            sums_C.begin(), sums_C.end(), mean_C.mutable_data_ptr<float>(), [&](double sum) {
                return static_cast<float>(sum / static_cast<double>(rows_NC.size(0)));
            });
        return mean_C;
    }

    std::map<std::pair<Tap, int>, at::Tensor> m_centre_C;
    ChannelScores m_sums;
    ChannelScores m_squares;
};

} // namespace

std::unique_ptr<Probe> beginVariance(const ModelConfig& config)
{
    return std::make_unique<Variance>(config.shape);
}

} // namespace espalier
