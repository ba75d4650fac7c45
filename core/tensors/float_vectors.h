// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>

/// Vectors of eight floats for hand-written loops. Include it in files of loops only.
///
/// One copy of a function marked ESPALIER_CLONES is made per instruction set and chosen when the
/// program starts. Every copy rounds alike (fused multiply-adds are off in ISO mode), so results
/// don't depend on the processor. Sanitizers instrument the choice itself, which runs before they
/// are ready. What such a function calls must be ESPALIER_INLINE to be copied with it.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)                                \
    && !defined(__SANITIZE_ADDRESS__)
#define ESPALIER_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define ESPALIER_CLONES
#endif
#define ESPALIER_INLINE inline __attribute__((always_inline))

namespace espalier {

constexpr int kVectorWidth = 8;
using Floats = float __attribute__((vector_size(kVectorWidth * sizeof(float))));
using Ints = std::int32_t __attribute__((vector_size(kVectorWidth * sizeof(std::int32_t))));

// Vectors travel by reference: passing them by value differs between instruction sets.

/// The first `count` values; the others become 0.
ESPALIER_INLINE void load(Floats& to, const float* from, int count)
{
    if (count == kVectorWidth) {
        std::memcpy(&to, from, sizeof to);
        return;
    }
    to = Floats{};
    std::memcpy(&to, from, static_cast<std::size_t>(count) * sizeof(float));
}

ESPALIER_INLINE void store(float* to, const Floats& from, int count)
{
    if (count == kVectorWidth)
        std::memcpy(to, &from, sizeof from);
    else
        std::memcpy(to, &from, static_cast<std::size_t>(count) * sizeof(float));
}

/// step(i, count) for whole vectors first, then for the rest.
template <typename Step> ESPALIER_INLINE void overVectors(std::int64_t n, const Step& step)
{
    std::int64_t i = 0;
    for (; i + kVectorWidth <= n; i += kVectorWidth)
        step(i, kVectorWidth);
    if (i < n)
        step(i, static_cast<int>(n - i));
}

/// The sum of the eight, always in the same order.
ESPALIER_INLINE float sumOf(const Floats& v)
{
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
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

} // namespace espalier
