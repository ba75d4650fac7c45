// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/resample_grid.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace espalier {

namespace {

constexpr double kReach = 2; // samples on either side that the kernel sees

double cubic(double x)
{
    constexpr double a = -0.5;
    const double d = std::abs(x);
    if (d < 1)
        return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < kReach ? ((d - 5) * d + 8) * d * a - 4 * a : 0;
}

Matrix zeros(std::int64_t rows, std::int64_t cols)
{
    return {rows, cols, std::vector<double>(static_cast<std::size_t>(rows * cols), 0.0)};
}

double& cell(Matrix& matrix, std::int64_t row, std::int64_t col)
{
    return matrix.values[static_cast<std::size_t>(row * matrix.cols + col)];
}

} // namespace

Matrix resampledRow(std::int64_t from, std::int64_t to)
{
    Matrix weights = zeros(to, from);
    const double scale = static_cast<double>(from) / static_cast<double>(to);
    const double widened = std::max(1.0, scale);
    for (std::int64_t row = 0; row < to; ++row) {
        const double centre = scale * (static_cast<double>(row) + 0.5);
        const auto sample = [&](double x) {
            return std::clamp<std::int64_t>(std::llrint(std::trunc(x + 0.5)), 0, from);
        };
        const std::int64_t begin = sample(centre - kReach * widened);
        const std::int64_t end = sample(centre + kReach * widened);
        double sum = 0;
        for (std::int64_t col = begin; col < end; ++col)
            sum += cell(weights, row, col) =
                cubic((static_cast<double>(col) + 0.5 - centre) / widened);
        for (std::int64_t col = begin; col < end; ++col)
            cell(weights, row, col) /= sum;
    }
    return weights;
}

AxisMap resampledPositions(const PositionGrid& from, const PositionGrid& to, std::int64_t inFront)
{
    const Matrix down = resampledRow(from.height, to.height);
    const Matrix across = resampledRow(from.width, to.width);
    Matrix map = zeros(inFront + to.height * to.width, inFront + from.height * from.width);
    for (std::int64_t token = 0; token < inFront; ++token)
        cell(map, token, token) = 1;
    for (std::int64_t y = 0; y < to.height; ++y)
        for (std::int64_t fromY = 0; fromY < from.height; ++fromY)
            if (const double weight = down.at(y, fromY); weight != 0)
                for (std::int64_t x = 0; x < to.width; ++x)
                    for (std::int64_t fromX = 0; fromX < from.width; ++fromX)
                        cell(map, inFront + y * to.width + x,
                            inFront + fromY * from.width + fromX) = weight * across.at(x, fromX);
    return AxisMap::dense(std::move(map));
}

} // namespace espalier
