// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace espalier {

enum class GeluForm
{
    Tanh, ///< x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x³)))
    Erf ///< x / 2 (1 + erf(x / sqrt(2)))
};

/// Rows of a [rows, columns] array. `x` without its bias goes in.
struct GeluRows
{
    const float* x = nullptr;
    const float* bias = nullptr; ///< one per column, or none
    float* out = nullptr; ///< gelu(x + bias); may be x
    float* slope = nullptr; ///< gelu'(x + bias), or not wanted; may be x
    std::int64_t rows = 0;
    std::int64_t columns = 0;
};
void geluForward(GeluForm form, const GeluRows& rows);

/// out = slope * above (out may be above), and adds each column's sum to `sums` if there is one.
void geluBackward(const float* slope, const float* above, float* out, float* sums,
    std::int64_t rows, std::int64_t columns);

} // namespace espalier
