// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace espalier {

/// Mixes all bits of a key (splitmix64, Steele et al. 2014).
[[nodiscard]] constexpr std::uint64_t mixedBits(std::uint64_t key)
{
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9U;
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebU;
    return key ^ (key >> 31);
}

/// Map from 64-bit keys in one row of memory: linear probing, at most half full. Keys are below
/// 2^64 - 1.
template <typename Value> class FlatMap
{
public:
    /// `count` is how many keys will come; more are welcome.
    explicit FlatMap(std::size_t count = 0)
        : m_slots(std::bit_ceil(2 * count + 2))
    {
    }

    /// Null if the key is not there.
    [[nodiscard]] const Value* find(std::uint64_t key) const
    {
        const Slot& slot = m_slots[placeOf(key)];
        return slot.key == key ? &slot.value : nullptr;
    }

    /// The key's value, made if it is not there.
    Value& operator[](std::uint64_t key)
    {
        if (2 * (m_size + 1) > m_slots.size())
            grow();
        Slot& slot = m_slots[placeOf(key)];
        if (slot.key != key) {
            slot.key = key;
            ++m_size;
        }
        return slot.value;
    }

    [[nodiscard]] std::size_t size() const
    {
        return m_size;
    }

private:
    static constexpr std::uint64_t kFree = ~std::uint64_t{0};
    struct Slot
    {
        std::uint64_t key = kFree;
        Value value = {};
    };

    [[nodiscard]] std::size_t placeOf(std::uint64_t key) const
    {
        const std::size_t mask = m_slots.size() - 1;
        std::size_t place = mixedBits(key) & mask;
        while (m_slots[place].key != key && m_slots[place].key != kFree)
            place = (place + 1) & mask;
        return place;
    }

    void grow()
    {
        std::vector<Slot> old(2 * m_slots.size());
        old.swap(m_slots);
        for (Slot& slot : old)
            if (slot.key != kFree)
                m_slots[placeOf(slot.key)] = slot;
    }

    std::vector<Slot> m_slots;
    std::size_t m_size = 0;
};

} // namespace espalier
