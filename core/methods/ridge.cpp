// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/rescale.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace espalier {

namespace {

constexpr double kRelativePenalty = 1e-3;

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

} // namespace

Result<Matrix> ridgeMap(const Matrix& moment, const std::vector<std::int64_t>& kept)
{
    const Eigen::Map<const RowMajor> all(moment.values.data(), moment.rows, moment.cols);
    const RowMajor rows = all(kept, Eigen::all);
    Eigen::MatrixXd inner = rows(Eigen::all, kept);
    const double penalty = kRelativePenalty * inner.diagonal().mean();
    if (penalty == 0)
        return Matrix{};
    const Error notPositive =
        refused("measurements: a second moment is not positive, measure projection-moments");
    if (!rows.allFinite() || penalty < 0)
        return notPositive;
    inner.diagonal().array() += penalty;
    const Eigen::LLT<Eigen::MatrixXd> factor(inner);
    if (factor.info() != Eigen::Success)
        return notPositive;
    const auto size = static_cast<std::int64_t>(kept.size());
    Matrix map{
        size, moment.cols, std::vector<double>(static_cast<std::size_t>(size * moment.cols))};
    Eigen::Map<RowMajor>(map.values.data(), size, moment.cols) = factor.solve(rows);
    return map;
}

} // namespace espalier
