// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace espalier {

/// Adds |x| of each column of a [rows, columns] array to `sums`.
void addAbsolute(const float* x, float* sums, std::int64_t rows, std::int64_t columns);

} // namespace espalier
