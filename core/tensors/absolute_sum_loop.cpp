// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/absolute_sum_loop.h"

#include "core/tensors/float_vectors.h"

namespace espalier {

ESPALIER_CLONES void addAbsolute(
    const float* x, float* sums, std::int64_t rows, std::int64_t columns)
{
    for (std::int64_t row = 0; row < rows; ++row)
        overVectors(
            columns, [&](std::int64_t i, int count) __attribute__((always_inline)) {
                Floats value;
                Floats sum;
                load(value, x + row * columns + i, count);
                load(sum, sums + i, count);
                store(sums + i, sum + (value < 0.0F ? -value : value), count);
            });
}

} // namespace espalier
