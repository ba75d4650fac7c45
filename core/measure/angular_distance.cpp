// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/angular_distance.h"

#include <ATen/ops/acos.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/sum.h>

#include <limits>
#include <numbers>

namespace espalier {

namespace {

bool comparesLastTokens(const ModelConfig& config)
{
    return config.flavour.task == Task::CausalLanguageModel;
}

class AngularDistance final : public Probe
{
public:
    explicit AngularDistance(const ModelConfig& config)
        : m_lastTokens(comparesLastTokens(config))
        , m_layers(config.shape.layers)
        , m_sums(static_cast<std::size_t>((m_layers + 1) * (m_layers + 1)), 0.0)
    {
    }

    void observe(const Observation& seen) override
    {
        if (seen.tap != Tap::Embedding && seen.tap != Tap::AfterMlp)
            return;
        if (seen.tap == Tap::Embedding)
            m_streams_ND.clear();
        m_streams_ND.push_back(m_lastTokens ? lastTokens(seen) : seen.rows_NC);
    }

    Status endBatch(WeightSource& /*weights*/, const Batch& /*batch*/,
        const at::Tensor& /*stream_BTD*/) override
    {
        constexpr std::int64_t kTokensAtATime = 64; // in fp64 beside one another
        for (std::int64_t first = 0; first < m_streams_ND.front().size(0);
             first += kTokensAtATime) {
            std::vector<at::Tensor> unit_ND;
            for (const at::Tensor& stream_ND : m_streams_ND)
                unit_ND.push_back(unitRows(stream_ND.slice(0, first, first + kTokensAtATime)));
            addAngles(at::stack(unit_ND, 1));
        }
        m_streams_ND.clear();
        return {};
    }

    Status finish(Measurements& measurements, WeightSource& /*weights*/,
        const PassTotals& /*totals*/, const Progress& /*progress*/) override
    {
        Matrix& distance_NL = measurements.angularDistance_NL;
        distance_NL = {m_layers, m_layers, {}};
        for (std::int64_t n = 1; n <= m_layers; ++n)
            for (std::int64_t l = 0; l < m_layers; ++l)
                distance_NL.values.push_back(l + n <= m_layers
                        ? m_sums[static_cast<std::size_t>(l * (m_layers + 1) + l + n)]
                            / (m_count * std::numbers::pi)
                        : std::numeric_limits<double>::quiet_NaN());
        return {};
    }

private:
    static at::Tensor lastTokens(const Observation& seen)
    {
        std::vector<at::Tensor> last_D;
        std::int64_t end = 0;
        for (const std::int64_t tokens : seen.tokens_B) {
            end += tokens;
            if (tokens > 0)
                last_D.push_back(seen.rows_NC.select(0, end - 1));
        }
        return at::stack(last_D);
    }

    static at::Tensor unitRows(const at::Tensor& rows_ND)
    {
        const at::Tensor wide_ND = rows_ND.to(at::kDouble);
        return wide_ND.div(at::linalg_vector_norm(wide_ND, 2, {-1}, true)
                               .clamp_min(std::numeric_limits<double>::min()));
    }

    void addAngles(const at::Tensor& unit_NSD)
    {
        const at::Tensor cosines_NSS = at::bmm(unit_NSD, unit_NSD.transpose(1, 2));
        const at::Tensor sums_SS = at::sum(at::acos(cosines_NSS.clamp(-1, 1)), {0}).contiguous();
        const double* const sums = sums_SS.const_data_ptr<double>();
        for (std::size_t i = 0; i < m_sums.size(); ++i)
            m_sums[i] += sums[i];
        m_count += static_cast<double>(unit_NSD.size(0));
    }

    bool m_lastTokens;
    std::int64_t m_layers;
    std::vector<at::Tensor> m_streams_ND; ///< entering block 0, 1, …, leaving the last
    std::vector<double> m_sums; ///< of angles between two of them, [layers + 1, layers + 1]
    double m_count = 0; ///< tokens that were compared
};

} // namespace

std::unique_ptr<Probe> beginAngularDistance(const ModelConfig& config)
{
    return std::make_unique<AngularDistance>(config);
}

std::int64_t angularDistanceBytes(
    const ModelConfig& config, std::int64_t streamBytes, std::int64_t /*batches*/)
{
    return comparesLastTokens(config) ? 0 : (config.shape.layers + 1) * streamBytes;
}

} // namespace espalier
