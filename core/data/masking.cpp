// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/masking.h"

#include "core/base/expect.h"

#include <algorithm>
#include <array>

namespace espalier {

namespace {

constexpr double kTwoTo32 = 4294967296.0;

using Bits = std::array<std::uint32_t, 4>;

bool isChosen(const Bits& bits, double share)
{
    return bits[0] < share * kTwoTo32;
}

std::int64_t replacementOf(const MaskingRule& rule, std::int64_t id, const Bits& bits)
{
    const double kind = bits[1] / kTwoTo32;
    if (kind < 0.8)
        return rule.mask;
    if (kind < 0.9)
        return static_cast<std::int64_t>(
            bits[2] / kTwoTo32 * static_cast<double>(rule.vocab)); // below vocab: bits < 2^32
    return id;
}

} // namespace

void maskTokens(const MaskingRule& rule, Seed seed, std::uint64_t sample,
    std::span<std::int64_t> ids, std::span<std::int64_t> labels)
{
    ESPALIER_EXPECT(ids.size() == labels.size() && ids.size() < std::size_t{1} << 32,
        "every token has a label");
    const CounterRng rng(derive(seed, "masked tokens"));
    const auto bitsOf = [&](std::size_t i) {
        return rng.bits(sample << 32 | i);
    };
    const auto hide = [&](std::size_t i, const Bits& bits) {
        labels[i] = ids[i];
        ids[i] = replacementOf(rule, ids[i], bits);
    };
    std::size_t nearest = ids.size(); // to being chosen
    std::uint32_t lowest = 0;
    bool any = false;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        labels[i] = kNotPredicted;
        if (std::binary_search(rule.special.begin(), rule.special.end(), ids[i]))
            continue;
        const Bits bits = bitsOf(i);
        if (isChosen(bits, rule.share)) {
            hide(i, bits);
            any = true;
        } else if (nearest == ids.size() || bits[0] < lowest) {
            nearest = i;
            lowest = bits[0];
        }
    }
    if (!any && nearest < ids.size())
        hide(nearest, bitsOf(nearest));
}

} // namespace espalier
