// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace espalier {

/// out[i] = gelu(x[i]), the tanh form, for arrays of n floats.
void geluTanhForward(const float* x, float* out, std::int64_t n);

/// out[i] = slope[i] * gelu'(x[i]).
void geluTanhBackward(const float* x, const float* slope, float* out, std::int64_t n);

} // namespace espalier
