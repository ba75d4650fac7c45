// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/rms_norm_loops.h"

#include "core/tensors/float_vectors.h"

#include <cmath>

namespace espalier {

namespace {

ESPALIER_INLINE float inverseRms(const float* x, std::int64_t columns, float epsilon)
{
    Floats squares{};
    overVectors(
        columns, [&](std::int64_t i, int count) __attribute__((always_inline)) {
            Floats value;
            load(value, x + i, count);
            squares += value * value;
        });
    return 1.0F / std::sqrt(sumOf(squares) / static_cast<float>(columns) + epsilon);
}

} // namespace

ESPALIER_CLONES void rmsNormForward(const float* x, const float* gain, float epsilon, float* out,
    std::int64_t rows, std::int64_t columns)
{
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::int64_t at = row * columns;
        const float inverse = inverseRms(x + at, columns, epsilon);
        overVectors(
            columns, [&](std::int64_t i, int count) __attribute__((always_inline)) {
                Floats value;
                Floats scale;
                load(value, x + at + i, count);
                load(scale, gain + i, count);
                store(out + at + i, value * inverse * scale, count);
            });
    }
}

} // namespace espalier
