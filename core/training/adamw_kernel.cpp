// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/adamw_kernel.h"

#include <cmath>

// Compiled with -O3 -fno-math-errno (core/CMakeLists.txt) so that the loops below become vector
// instructions, and twice on x86-64: the wider ones are chosen at run time. No fused multiply-add,
// so both give the same bits.

namespace espalier {

namespace {

constexpr int kLanes = 8;

[[gnu::always_inline]] inline double squaredNormLoop(const float* values, std::int64_t count)
{
    double sums[kLanes] = {};
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
        for (int lane = 0; lane < kLanes; ++lane) {
            const double value = values[i + lane];
            sums[lane] += value * value;
        }
    for (; i < count; ++i)
        sums[0] += static_cast<double>(values[i]) * values[i];
    double sum = 0;
    for (const double part : sums)
        sum += part;
    return sum;
}

/// Numbers by value and pointers apart: the compiler then knows that no store changes them.
[[gnu::always_inline]] inline void updateLoop(float* __restrict parameter,
    const float* __restrict gradient, float* __restrict first, float* __restrict second,
    std::int64_t count, const float keep, const AdamWStep s)
{
    const float fresh1 = 1 - s.beta1;
    const float fresh2 = 1 - s.beta2;
    for (std::int64_t i = 0; i < count; ++i) {
        const float g = gradient[i] * s.gradientScale;
        const float m = s.beta1 * first[i] + fresh1 * g;
        const float v = s.beta2 * second[i] + fresh2 * g * g;
        first[i] = m;
        second[i] = v;
        parameter[i] =
            parameter[i] * keep - s.stepSize * m / (std::sqrt(v) * s.inverseRoot + s.epsilon);
    }
}

#if defined(__x86_64__)

[[gnu::target("avx2")]] double squaredNormWide(const float* values, std::int64_t count)
{
    return squaredNormLoop(values, count);
}

[[gnu::target("avx2")]] void updateWide(const AdamWPiece& piece, const AdamWStep& step)
{
    updateLoop(piece.parameter, piece.gradient, piece.first, piece.second, piece.count,
        piece.decayed ? step.keep : 1.0F, step);
}

bool hasWide()
{
    return __builtin_cpu_supports("avx2") != 0;
}

#endif

} // namespace

double squaredNorm(const float* values, std::int64_t count)
{
#if defined(__x86_64__)
    if (hasWide())
        return squaredNormWide(values, count);
#endif
    return squaredNormLoop(values, count);
}

void updatePiece(const AdamWPiece& piece, const AdamWStep& step)
{
#if defined(__x86_64__)
    if (hasWide()) {
        updateWide(piece, step);
        return;
    }
#endif
    updateLoop(piece.parameter, piece.gradient, piece.first, piece.second, piece.count,
        piece.decayed ? step.keep : 1.0F, step);
}

} // namespace espalier
