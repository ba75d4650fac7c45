// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace espalier {

/// The one source of randomness: every random thing starts from a seed in a recipe, a run or a
/// test.
struct Seed
{
    std::uint64_t value = 0;
    friend bool operator==(const Seed&, const Seed&) = default;
};

/// An independent seed for a named purpose ("batch order", "h.3.attn.q"): the same name, the same
/// stream, always.
[[nodiscard]] Seed derive(Seed seed, std::string_view purpose);
[[nodiscard]] Seed derive(Seed seed, std::uint64_t number);

/// Counter-based generator (Philox 4x32-10, Salmon et al. 2011): element i of a stream is a pure
/// function of (seed, i), so any slice can be filled by any thread in any order with the same
/// result.
class CounterRng
{
public:
    explicit CounterRng(Seed seed);

    /// 128 random bits for this counter.
    [[nodiscard]] std::array<std::uint32_t, 4> bits(std::uint64_t counter) const;
    /// Uniform in [0, 1), 53 bits.
    [[nodiscard]] double uniform(std::uint64_t counter) const;
    /// Standard normal (Box-Muller).
    [[nodiscard]] double normal(std::uint64_t counter) const;

private:
    std::array<std::uint32_t, 2> m_key;
};

/// A CounterRng that counts by itself, for code that draws in sequence.
class SequenceRng
{
public:
    explicit SequenceRng(Seed seed)
        : m_rng(seed)
    {
    }

    double uniform()
    {
        return m_rng.uniform(m_counter++);
    }
    double normal()
    {
        return m_rng.normal(m_counter++);
    }
    /// Uniform in [0, bound), bound > 0.
    std::uint64_t below(std::uint64_t bound);

    /// Where the sequence stands; a checkpoint stores and restores it.
    [[nodiscard]] std::uint64_t counter() const
    {
        return m_counter;
    }
    void setCounter(std::uint64_t counter)
    {
        m_counter = counter;
    }

private:
    CounterRng m_rng;
    std::uint64_t m_counter = 0;
};

/// 0 … n-1 in random order (Fisher-Yates).
[[nodiscard]] std::vector<std::int64_t> randomPermutation(std::int64_t n, Seed seed);

} // namespace espalier
