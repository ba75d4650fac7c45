// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace espalier {

/// out = x / sqrt(mean of squares + epsilon) * gain for each row (out may be x).
void rmsNormForward(const float* x, const float* gain, float epsilon, float* out, std::int64_t rows,
    std::int64_t columns);

} // namespace espalier
