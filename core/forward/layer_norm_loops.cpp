// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/layer_norm_loops.h"

#include "core/tensors/float_vectors.h"

#include <cmath>

namespace espalier {

namespace {

/// Padding behind the last columns must not count once something has been subtracted from it.
ESPALIER_INLINE void clearRest(Floats& values, int count)
{
    for (int lane = count; lane < kVectorWidth; ++lane)
        values[lane] = 0;
}

ESPALIER_INLINE RowMoments momentsOf(const float* x, std::int64_t columns, float epsilon)
{
    Floats sum{};
    overVectors(
        columns, [&](std::int64_t i, int count) __attribute__((always_inline)) {
            Floats value;
            load(value, x + i, count);
            sum += value;
        });
    const float mean = sumOf(sum) / static_cast<float>(columns);
    Floats squares{};
    overVectors(
        columns, [&](std::int64_t i, int count) __attribute__((always_inline)) {
            Floats value;
            load(value, x + i, count);
            value -= mean;
            if (count < kVectorWidth)
                clearRest(value, count);
            squares += value * value;
        });
    const float variance = sumOf(squares) / static_cast<float>(columns);
    return {.mean = mean, .inverseDeviation = 1.0F / std::sqrt(variance + epsilon)};
}

ESPALIER_INLINE void normalise(const float* x, const RowMoments& moments, const float* gain,
    const float* bias, float* out, std::int64_t columns)
{
    const RowMoments m = moments;
    overVectors(
        columns, [&](std::int64_t i, int count) __attribute__((always_inline)) {
            Floats value;
            Floats scale;
            Floats shift;
            load(value, x + i, count);
            load(scale, gain + i, count);
            load(shift, bias + i, count);
            store(out + i, (value - m.mean) * m.inverseDeviation * scale + shift, count);
        });
}

/// Adds to the sums of gain and bias, and to the two inner products that the row's gradient needs.
ESPALIER_INLINE void addSums(const float* x, const RowMoments& m, const float* gain,
    const float* above, float* gainSums, float* biasSums, std::int64_t columns, Floats& plain,
    Floats& along)
{
    overVectors(
        columns, [&](std::int64_t i, int count) __attribute__((always_inline)) {
            Floats value;
            Floats slope;
            Floats scale;
            Floats gainSum;
            Floats biasSum;
            load(value, x + i, count);
            load(slope, above + i, count);
            load(scale, gain + i, count);
            load(gainSum, gainSums + i, count);
            load(biasSum, biasSums + i, count);
            const Floats unit = (value - m.mean) * m.inverseDeviation;
            store(gainSums + i, gainSum + slope * unit, count);
            store(biasSums + i, biasSum + slope, count);
            const Floats scaled = slope * scale; // 0 in the padding
            plain += scaled;
            along += scaled * unit;
        });
}

ESPALIER_INLINE void backwardRow(const float* x, const RowMoments& moments, const float* gain,
    const float* above, float* out, float* gainSums, float* biasSums, std::int64_t columns)
{
    const RowMoments m = moments;
    Floats plain{};
    Floats along{};
    addSums(x, m, gain, above, gainSums, biasSums, columns, plain, along);
    const float meanPlain = sumOf(plain) / static_cast<float>(columns);
    const float meanAlong = sumOf(along) / static_cast<float>(columns);
    overVectors(
        columns, [&](std::int64_t i, int count) __attribute__((always_inline)) {
            Floats value;
            Floats slope;
            Floats scale;
            load(value, x + i, count);
            load(slope, above + i, count);
            load(scale, gain + i, count);
            const Floats unit = (value - m.mean) * m.inverseDeviation;
            store(out + i, (slope * scale - meanPlain - unit * meanAlong) * m.inverseDeviation,
                count);
        });
}

} // namespace

ESPALIER_CLONES void layerNormForward(const float* x, const float* gain, const float* bias,
    float epsilon, float* out, RowMoments* moments, std::int64_t rows, std::int64_t columns)
{
    for (std::int64_t row = 0; row < rows; ++row) {
        const RowMoments found = momentsOf(x + row * columns, columns, epsilon);
        normalise(x + row * columns, found, gain, bias, out + row * columns, columns);
        moments[row] = found;
    }
}

ESPALIER_CLONES void layerNormBackward(const float* x, const RowMoments* moments, const float* gain,
    const float* above, float* out, float* gainSums, float* biasSums, std::int64_t rows,
    std::int64_t columns)
{
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::int64_t at = row * columns;
        backwardRow(x + at, moments[row], gain, above + at, out + at, gainSums, biasSums, columns);
    }
}

} // namespace espalier
