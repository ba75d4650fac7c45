// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/random.h"

#include "core/base/expect.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace espalier {

namespace {

/// Finaliser of SplitMix64 (Steele et al. 2014): every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t z)
{
    z += 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

double unit(std::uint32_t high, std::uint32_t low)
{
    const std::uint64_t bits53 = ((static_cast<std::uint64_t>(high) << 32) | low) >> 11;
    return static_cast<double>(bits53) * 0x1.0p-53;
}

} // namespace

Seed derive(Seed seed, std::uint64_t number)
{
    return {mix(mix(seed.value) ^ number)};
}

Seed derive(Seed seed, std::string_view purpose)
{
    std::uint64_t hash = 0xCBF29CE484222325ULL; // FNV-1a
    for (const char c : purpose)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    return derive(seed, hash);
}

CounterRng::CounterRng(Seed seed)
{
    const std::uint64_t key = mix(seed.value);
    m_key = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
}

std::array<std::uint32_t, 4> CounterRng::bits(std::uint64_t counter) const
{
    std::array<std::uint32_t, 4> x = {
        static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0, 0};
    std::array<std::uint32_t, 2> key = m_key;
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = 0xD2511F53ULL * x[0];
        const std::uint64_t b = 0xCD9E8D57ULL * x[2];
        x = {static_cast<std::uint32_t>(b >> 32) ^ x[1] ^ key[0], static_cast<std::uint32_t>(b),
            static_cast<std::uint32_t>(a >> 32) ^ x[3] ^ key[1], static_cast<std::uint32_t>(a)};
        key[0] += 0x9E3779B9U;
        key[1] += 0xBB67AE85U;
    }
    return x;
}

double CounterRng::uniform(std::uint64_t counter) const
{
    const auto x = bits(counter);
    return unit(x[0], x[1]);
}

double CounterRng::normal(std::uint64_t counter) const
{
    const auto x = bits(counter);
    const double radius = std::sqrt(-2.0 * std::log(1.0 - unit(x[0], x[1])));
    return radius * std::cos(2.0 * std::numbers::pi * unit(x[2], x[3]));
}

std::uint64_t SequenceRng::below(std::uint64_t bound)
{
    ESPALIER_EXPECT(bound > 0, "a draw below 0 has no outcome");
    const auto drawn = static_cast<std::uint64_t>(uniform() * static_cast<double>(bound));
    return drawn < bound ? drawn : bound - 1;
}

std::vector<std::int64_t> randomPermutation(std::int64_t n, Seed seed)
{
    std::vector<std::int64_t> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    SequenceRng rng(seed);
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[rng.below(i)]);
    return order;
}

} // namespace espalier
