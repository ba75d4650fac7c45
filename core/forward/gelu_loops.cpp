// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/gelu_loops.h"

#include <cstdint>
#include <cstring>

// One copy of each loop per instruction set, chosen when the program starts. Every copy rounds
// alike (fused multiply-adds are off in ISO mode), so results don't depend on the processor.
// Sanitizers instrument the choice itself, which runs before they are ready.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)                                \
    && !defined(__SANITIZE_ADDRESS__)
#define ESPALIER_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define ESPALIER_CLONES
#endif

namespace espalier {

namespace {

constexpr int kWidth = 8;
constexpr float kScale = 0.797884561F; // sqrt(2 / pi)
constexpr float kCube = 0.044715F;
using Floats = float __attribute__((vector_size(kWidth * sizeof(float))));
using Ints = std::int32_t __attribute__((vector_size(kWidth * sizeof(std::int32_t))));

#define ESPALIER_INLINE inline __attribute__((always_inline))

ESPALIER_INLINE void load(Floats& to, const float* from)
{
    std::memcpy(&to, from, sizeof to);
}
ESPALIER_INLINE void store(float* to, const Floats& from)
{
    std::memcpy(to, &from, sizeof from);
}

/// values = exp(values), relative error below 2e-7; arguments beyond ±87 count as ±87. Cody-Waite
/// reduction to |r| <= ln(2) / 2, then the Taylor polynomial of degree 7.
ESPALIER_INLINE void exponentiate(Floats& values)
{
    const Floats most = Floats{} + 87.0F;
    constexpr float kShift =
        12582912.0F; // 1.5 * 2^23: adding it leaves the rounded integer in the low bits
    Floats z = values > most ? most : values;
    z = z < -most ? -most : z;
    const Floats shifted = z * 1.44269504F + kShift;
    const Floats whole = shifted - kShift;
    const Floats r = (z - whole * 0.693359375F) + whole * 2.12194440e-4F;
    Floats p = r * (1.0F / 5040) + (1.0F / 720);
    p = p * r + (1.0F / 120);
    p = p * r + (1.0F / 24);
    p = p * r + (1.0F / 6);
    p = p * r + 0.5F;
    p = p * r + 1.0F;
    p = p * r + 1.0F;
    Ints bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + (127 << 23); // the shift's own bits fall off the top
    Floats scale;
    std::memcpy(&scale, &bits, sizeof scale);
    values = p * scale;
}

/// 1/2 (1 + tanh(u)) = 1 / (1 + exp(-2 u))
ESPALIER_INLINE void shareOf(const Floats& x, Floats& share)
{
    Floats e = (x + kCube * x * x * x) * (-2 * kScale);
    exponentiate(e);
    share = 1.0F / (1.0F + e);
}

ESPALIER_INLINE void derivative(const Floats& x, Floats& out)
{
    Floats share;
    shareOf(x, share);
    const Floats inner = (2 * kScale) * (1.0F + 3 * kCube * x * x);
    out = share + x * share * (1.0F - share) * inner;
}

/// Whole vectors first, then the rest in a vector padded with zeros.
template <typename Step> ESPALIER_INLINE void overVectors(std::int64_t n, const Step& step)
{
    std::int64_t i = 0;
    for (; i + kWidth <= n; i += kWidth)
        step(i, kWidth);
    if (i < n)
        step(i, static_cast<int>(n - i));
}

ESPALIER_INLINE void loadPart(Floats& to, const float* from, int count)
{
    if (count == kWidth)
        return load(to, from);
    to = Floats{};
    std::memcpy(&to, from, static_cast<std::size_t>(count) * sizeof(float));
}

ESPALIER_INLINE void storePart(float* to, const Floats& from, int count)
{
    if (count == kWidth)
        return store(to, from);
    std::memcpy(to, &from, static_cast<std::size_t>(count) * sizeof(float));
}

} // namespace

ESPALIER_CLONES void geluTanhForward(const float* x, float* out, std::int64_t n)
{
    overVectors(
        n, [&](std::int64_t i, int count) __attribute__((always_inline)) {
            Floats value;
            Floats share;
            loadPart(value, x + i, count);
            shareOf(value, share);
            storePart(out + i, value * share, count);
        });
}

ESPALIER_CLONES void geluTanhBackward(
    const float* x, const float* slope, float* out, std::int64_t n)
{
    overVectors(
        n, [&](std::int64_t i, int count) __attribute__((always_inline)) {
            Floats value;
            Floats above;
            Floats result;
            loadPart(value, x + i, count);
            loadPart(above, slope + i, count);
            derivative(value, result);
            storePart(out + i, result * above, count);
        });
}

} // namespace espalier
