// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/shuffled_index.h"

#include "core/base/expect.h"

#include <bit>

namespace espalier {

namespace {

constexpr int kRounds = 6;

/// One pass of the network over 2 * halfBits bits.
std::uint64_t encipher(const CounterRng& rng, int halfBits, std::uint64_t value)
{
    const std::uint64_t mask = (std::uint64_t{1} << halfBits) - 1;
    std::uint64_t left = value >> halfBits;
    std::uint64_t right = value & mask;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
        const std::uint64_t mixed = left ^ (rng.bits((round << 32) | right)[0] & mask);
        left = right;
        right = mixed;
    }
    return (left << halfBits) | right;
}

} // namespace

std::int64_t shuffledIndex(Seed seed, std::int64_t n, std::int64_t i)
{
    ESPALIER_EXPECT(
        n >= 1 && i >= 0 && i < n && n < (std::int64_t{1} << 60), "the index lies in the range");
    const auto bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(n - 1)));
    const int halfBits = (bits + 1) / 2;
    if (halfBits == 0)
        return 0;
    const CounterRng rng(seed);
    auto value = static_cast<std::uint64_t>(i);
    do
        value = encipher(rng, halfBits, value);
    while (value >= static_cast<std::uint64_t>(n));
    return static_cast<std::int64_t>(value);
}

} // namespace espalier
