// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/block_influence.h"

#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/sum.h>

#include <limits>

namespace espalier {

namespace {

double sumOfCosines(const at::Tensor& a_ND, const at::Tensor& b_ND)
{
    const auto norms = [](const at::Tensor& rows_ND) {
        return at::linalg_vector_norm(rows_ND, 2, {-1}, false, at::kDouble);
    };
    const at::Tensor products_N = at::sum(a_ND.mul(b_ND), {-1}, false, at::kDouble);
    const at::Tensor sizes_N =
        norms(a_ND).mul(norms(b_ND)).clamp_min(std::numeric_limits<double>::min());
    return products_N.div(sizes_N).sum().item<double>();
}

class BlockInfluence final : public Probe
{
public:
    explicit BlockInfluence(std::int64_t layers)
        : m_cosines_L(static_cast<std::size_t>(layers), 0.0)
    {
    }

    void observe(const Observation& seen) override
    {
        if (seen.tap == Tap::AfterMlp)
            m_cosines_L[static_cast<std::size_t>(seen.block)] +=
                sumOfCosines(m_entering_ND, seen.rows_NC);
        if (seen.tap == Tap::Embedding || seen.tap == Tap::AfterMlp)
            m_entering_ND = seen.rows_NC;
    }

    Status finish(Measurements& measurements, WeightSource& /*weights*/, const PassTotals& totals,
        const Progress& /*progress*/) override
    {
        for (const double sum : m_cosines_L)
            measurements.blockInfluence_L.push_back(1 - sum / static_cast<double>(totals.tokens));
        return {};
    }

private:
    at::Tensor m_entering_ND; ///< the stream that enters the block under way
    std::vector<double> m_cosines_L;
};

} // namespace

std::unique_ptr<Probe> beginBlockInfluence(const ModelConfig& config)
{
    return std::make_unique<BlockInfluence>(config.shape.layers);
}

} // namespace espalier
