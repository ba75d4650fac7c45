// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/residual_change.h"

#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/sum.h>

namespace espalier {

namespace {

at::Tensor normsOf(const at::Tensor& rows_ND)
{
    return at::linalg_vector_norm(rows_ND, 2, {-1});
}

double sumOfRatios(const at::Tensor& part_N, const at::Tensor& whole_N)
{
    return at::sum(part_N.div(whole_N), at::kDouble).item<double>();
}

class ResidualChange final : public Probe
{
public:
    explicit ResidualChange(std::int64_t layers)
        : m_block_L(static_cast<std::size_t>(layers), 0.0)
        , m_attention_L(m_block_L)
        , m_mlp_L(m_block_L)
    {
    }

    void observe(const Observation& seen) override
    {
        const auto block = static_cast<std::size_t>(seen.block);
        switch (seen.tap) {
        case Tap::Embedding:
            m_entering_ND = seen.rows_NC;
            return;
        case Tap::AttentionOut:
        case Tap::MlpOut:
            m_added_N = normsOf(seen.rows_NC);
            return;
        case Tap::AfterAttention:
            m_attention_L[block] += sumOfRatios(m_added_N, normsOf(seen.rows_NC));
            return;
        case Tap::AfterMlp: {
            const at::Tensor whole_N = normsOf(seen.rows_NC);
            m_mlp_L[block] += sumOfRatios(m_added_N, whole_N);
            m_block_L[block] += sumOfRatios(normsOf(seen.rows_NC.sub(m_entering_ND)), whole_N);
            m_entering_ND = seen.rows_NC;
            return;
        }
        case Tap::AttentionNorm:
        case Tap::Context:
        case Tap::MlpNorm:
        case Tap::MlpHidden:
        case Tap::FinalNorm:
            return;
        }
    }

    Status finish(Measurements& measurements, WeightSource& /*weights*/, const PassTotals& totals,
        const Progress& /*progress*/) override
    {
        const auto mean = [&](std::vector<double> sums) {
            for (double& sum : sums)
                sum /= static_cast<double>(totals.tokens);
            return sums;
        };
        measurements.change_L = mean(m_block_L);
        measurements.attentionChange_L = mean(m_attention_L);
        measurements.mlpChange_L = mean(m_mlp_L);
        return {};
    }

private:
    at::Tensor m_entering_ND; ///< the stream that enters the block under way
    at::Tensor m_added_N; ///< norms of what its current part adds
    std::vector<double> m_block_L;
    std::vector<double> m_attention_L;
    std::vector<double> m_mlp_L;
};

} // namespace

std::unique_ptr<Probe> beginResidualChange(const ModelConfig& config)
{
    return std::make_unique<ResidualChange>(config.shape.layers);
}

} // namespace espalier
