// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/residual_covariance.h"

#include "core/measure/moments.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_eigh.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace espalier {

namespace {

/// The row's largest entry (the first of equals) becomes positive: eigenvectors have no sign.
void fixSign(double* row, std::int64_t n)
{
    const double* const largest = std::max_element(
        row, row + n, [](double a, double b) { return std::abs(a) < std::abs(b); });
    if (*largest < 0)
        std::transform(row, row + n, row, std::negate<>());
}

/// Basis and energies of the covariance, strongest first (LAPACK's syevd).
void decompose(Measurements& measurements)
{
    const Matrix& covariance_DD = measurements.residualCovariance_DD;
    const std::int64_t d = covariance_DD.rows;
    at::Tensor covariance = at::empty({d, d}, at::kDouble);
    std::copy(covariance_DD.values.begin(), covariance_DD.values.end(),
        covariance.mutable_data_ptr<double>());
    const auto [energies, vectors] = at::linalg_eigh(covariance, "L"); // ascending, one per column
    const at::Tensor basis = vectors.flip({1}).t().contiguous();
    const at::Tensor descending = energies.flip({0}).contiguous();
    Matrix& basis_DD = measurements.residualBasis_DD;
    basis_DD = {d, d, {basis.const_data_ptr<double>(), basis.const_data_ptr<double>() + d * d}};
    for (std::int64_t row = 0; row < d; ++row)
        fixSign(basis_DD.values.data() + row * d, d);
    measurements.residualEnergy_D = {
        descending.const_data_ptr<double>(), descending.const_data_ptr<double>() + d};
}

class ResidualCovariance final : public Probe
{
public:
    void observe(const Observation& seen) override
    {
        if (seen.tap == Tap::Embedding || seen.tap == Tap::AfterAttention
            || seen.tap == Tap::AfterMlp)
            addMoment(m_sums_DD[{seen.tap, seen.block}], seen.rows_NC);
    }

    Status finish(Measurements& measurements, WeightSource& weights, const PassTotals& /*totals*/,
        const Progress& progress) override
    {
        progress(1, "finding the stream's principal components");
        const std::int64_t width = weights.config().shape.hidden;
        Matrix& mean_DD = measurements.residualCovariance_DD;
        mean_DD = {width, width, std::vector<double>(static_cast<std::size_t>(width * width), 0.0)};
        const auto taps = static_cast<double>(m_sums_DD.size());
        for (const auto& [place, sum_DD] : m_sums_DD) {
            const double trace = traceOf(sum_DD);
            for (std::size_t i = 0; trace > 0 && i < mean_DD.values.size(); ++i)
                mean_DD.values[i] += sum_DD.values[i] / (trace * taps);
        }
        symmetrise(mean_DD, 1);
        decompose(measurements);
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

std::int64_t residualCovarianceBytes(
    const ModelConfig& config, std::int64_t /*streamBytes*/, std::int64_t /*batches*/)
{
    const ModelShape& shape = config.shape;
    const std::int64_t taps = 2 * shape.layers + 1;
    return (taps + 1) * shape.hidden * shape.hidden * static_cast<std::int64_t>(sizeof(double));
}

} // namespace espalier
