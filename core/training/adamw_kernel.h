// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

namespace espalier {

/// A stretch of one parameter with what belongs to it. Ours instead of LibTorch's fused kernel on
/// the CPU because that one opens a parallel region per tensor, which small models and busy
/// machines pay for dearly.
struct AdamWPiece
{
    float* parameter = nullptr;
    const float* gradient = nullptr;
    float* first = nullptr;
    float* second = nullptr;
    std::int64_t count = 0;
    bool decayed = false;
};

struct AdamWStep
{
    float gradientScale = 1; ///< clipping
    float beta1 = 0.9F;
    float beta2 = 0.95F;
    float stepSize = 0; ///< learning rate / (1 - beta1^t)
    float inverseRoot = 1; ///< 1 / sqrt(1 - beta2^t)
    float epsilon = 1e-8F;
    float keep = 1; ///< 1 - learning rate * weight decay, for decayed pieces
};

/// Sum of squares in double, in an order that depends on nothing but the count.
[[nodiscard]] double squaredNorm(const float* values, std::int64_t count);

/// Algorithm 2 of AdamW over one piece; the same bits on any processor of a family.
void updatePiece(const AdamWPiece& piece, const AdamWStep& step);

} // namespace espalier
