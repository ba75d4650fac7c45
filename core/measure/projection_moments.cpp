// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/projection_moments.h"

#include "core/measure/moments.h"

#include <utility>

namespace espalier {

namespace {

class ProjectionMoments final : public Probe
{
public:
    explicit ProjectionMoments(const ModelShape& shape)
        : m_layers(static_cast<std::size_t>(shape.layers))
        , m_context_LCC(static_cast<std::size_t>(blocksOf(shape)))
        , m_mlp_LMM(m_context_LCC)
    {
    }

    void observe(const Observation& seen) override
    {
        if (seen.tap == Tap::Context)
            addMoment(m_context_LCC[static_cast<std::size_t>(seen.block)], seen.rows_NC);
        if (seen.tap == Tap::MlpHidden)
            addMoment(m_mlp_LMM[static_cast<std::size_t>(seen.block)], seen.rows_NC);
    }

    Status finish(Measurements& measurements, WeightSource& /*weights*/, const PassTotals& totals,
        const Progress& /*progress*/) override
    {
        for (auto* moments : {&m_context_LCC, &m_mlp_LMM})
            for (std::size_t block = 0; block < moments->size(); ++block) {
                // Behind the trunk a sample's only token is its class token.
                const std::int64_t rows = block < m_layers ? totals.tokens : totals.samples;
                symmetrise((*moments)[block], 1 / static_cast<double>(rows));
            }
        measurements.contextMoment_LCC = std::move(m_context_LCC);
        measurements.mlpMoment_LMM = std::move(m_mlp_LMM);
        return {};
    }

private:
    std::size_t m_layers;
    std::vector<Matrix> m_context_LCC; // of all blocks
    std::vector<Matrix> m_mlp_LMM;
};

} // namespace

std::unique_ptr<Probe> beginProjectionMoments(const ModelConfig& config)
{
    return std::make_unique<ProjectionMoments>(config.shape);
}

std::int64_t projectionMomentBytes(
    const ModelConfig& config, std::int64_t /*streamBytes*/, std::int64_t /*batches*/)
{
    const ModelShape& shape = config.shape;
    const std::int64_t context = shape.heads * shape.headDim;
    const std::int64_t trunk = shape.layers * (context * context + shape.mlp * shape.mlp);
    const std::int64_t behind =
        shape.classLayers * (context * context + shape.classMlp * shape.classMlp);
    return (trunk + behind) * static_cast<std::int64_t>(sizeof(double));
}

} // namespace espalier
