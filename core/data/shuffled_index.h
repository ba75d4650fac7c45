// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/random.h"

#include <cstdint>

namespace espalier {

/// Where index 0 <= i < n lands in a pseudo-random permutation of 0 … n - 1: a table-free
/// randomPermutation(), so that any place of any pass over the data costs the same and needs no
/// state. Source: Black & Rogaway 2002, "Ciphers with arbitrary finite domains" (a Feistel network,
/// walked until inside n).
[[nodiscard]] std::int64_t shuffledIndex(Seed seed, std::int64_t n, std::int64_t i);

} // namespace espalier
