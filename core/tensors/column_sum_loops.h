// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace espalier {

// Each adds something of every column of a [rows, columns] array to `sums`.

void addValues(const float* x, float* sums, std::int64_t rows, std::int64_t columns);
void addAbsolute(const float* x, float* sums, std::int64_t rows, std::int64_t columns); ///< |x|
void addSquares(const float* x, float* sums, std::int64_t rows, std::int64_t columns);

} // namespace espalier
