// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/column_sum_loops.h"

#include "core/tensors/float_vectors.h"

namespace espalier {

namespace {

/// change(value) turns eight values into what is summed.
template <typename Change>
ESPALIER_INLINE void addChanged(
    const float* x, float* sums, std::int64_t rows, std::int64_t columns, const Change& change)
{
    for (std::int64_t row = 0; row < rows; ++row)
        overVectors(
            columns, [&](std::int64_t i, int count) __attribute__((always_inline)) {
                Floats value;
                Floats sum;
                load(value, x + row * columns + i, count);
                load(sum, sums + i, count);
                change(value);
                store(sums + i, sum + value, count);
            });
}

} // namespace

ESPALIER_CLONES void addValues(const float* x, float* sums, std::int64_t rows, std::int64_t columns)
{
    addChanged(x, sums, rows, columns, [](Floats&) __attribute__((always_inline)){});
}

ESPALIER_CLONES void addAbsolute(
    const float* x, float* sums, std::int64_t rows, std::int64_t columns)
{
    addChanged(
        x, sums, rows, columns, [](Floats & value) __attribute__((always_inline)) {
            value = value < 0.0F ? -value : value;
        });
}

ESPALIER_CLONES void addSquares(
    const float* x, float* sums, std::int64_t rows, std::int64_t columns)
{
    addChanged(
        x, sums, rows, columns,
        [](Floats & value) __attribute__((always_inline)) { value *= value; });
}

} // namespace espalier
