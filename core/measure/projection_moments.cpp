// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/projection_moments.h"

#include "core/measure/moments.h"

#include <utility>

namespace espalier {

namespace {

class ProjectionMoments final : public Probe
{
public:
    explicit ProjectionMoments(std::int64_t layers)
        : m_context_LCC(static_cast<std::size_t>(layers))
        , m_mlp_LMM(m_context_LCC)
    {
    }

    void observe(const Observation& seen) override
    {
        if (std::cmp_greater_equal(seen.block, m_mlp_LMM.size()))
            return; // behind the trunk
        if (seen.tap == Tap::Context)
            addMoment(m_context_LCC[static_cast<std::size_t>(seen.block)], seen.rows_NC);
        if (seen.tap == Tap::MlpHidden)
            addMoment(m_mlp_LMM[static_cast<std::size_t>(seen.block)], seen.rows_NC);
    }

    Status finish(Measurements& measurements, WeightSource& /*weights*/, const PassTotals& totals,
        const Progress& /*progress*/) override
    {
        for (auto* moments : {&m_context_LCC, &m_mlp_LMM})
            for (Matrix& moment : *moments)
                symmetrise(moment, 1 / static_cast<double>(totals.tokens));
        measurements.contextMoment_LCC = std::move(m_context_LCC);
        measurements.mlpMoment_LMM = std::move(m_mlp_LMM);
        return {};
    }

private:
    std::vector<Matrix> m_context_LCC;
    std::vector<Matrix> m_mlp_LMM;
};

} // namespace

std::unique_ptr<Probe> beginProjectionMoments(const ModelConfig& config)
{
    return std::make_unique<ProjectionMoments>(config.shape.layers);
}

std::int64_t projectionMomentBytes(const ModelShape& shape)
{
    const std::int64_t context = shape.heads * shape.headDim;
    return shape.layers * (context * context + shape.mlp * shape.mlp)
        * static_cast<std::int64_t>(sizeof(double));
}

} // namespace espalier
