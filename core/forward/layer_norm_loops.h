// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace espalier {

/// What a row of the stream was before it was normalised.
struct RowMoments
{
    float mean = 0;
    float inverseDeviation = 0; ///< 1 / sqrt(variance + epsilon)
};

/// out = (x - mean) / sqrt(variance + epsilon) * gain + bias for each row; keeps the moments.
void layerNormForward(const float* x, const float* gain, const float* bias, float epsilon,
    float* out, RowMoments* moments, std::int64_t rows, std::int64_t columns);

/// out = gradient of x (out may be above), and adds those of gain and bias to the sums.
void layerNormBackward(const float* x, const RowMoments* moments, const float* gain,
    const float* above, float* out, float* gainSums, float* biasSums, std::int64_t rows,
    std::int64_t columns);

} // namespace espalier
