// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/masking.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace espalier {
namespace {

constexpr std::int64_t kMask = 4;

MaskingRule rule()
{
    return {.vocab = 1000, .mask = kMask, .special = {0, 1, 2, 3, 4}};
}

struct Masked
{
    std::vector<std::int64_t> ids;
    std::vector<std::int64_t> labels;
    friend bool operator==(const Masked&, const Masked&) = default;
};

Masked masked(std::vector<std::int64_t> ids, Seed seed, std::uint64_t sample)
{
    Masked result{std::move(ids), {}};
    result.labels.resize(result.ids.size());
    maskTokens(rule(), seed, sample, result.ids, result.labels);
    return result;
}

/// Tokens 10, 11, … with special ones at every tenth place.
std::vector<std::int64_t> sentence(std::size_t length)
{
    std::vector<std::int64_t> ids(length);
    for (std::size_t i = 0; i < length; ++i)
        ids[i] = i % 10 == 0 ? static_cast<std::int64_t>(i / 10 % 4)
                             : static_cast<std::int64_t>(10 + i % 900);
    return ids;
}

TEST(Masking, ChoosesFifteenPercentOfTheOrdinaryTokensAndTreatsThemAsBertDoes)
{
    const std::vector<std::int64_t> plain = sentence(200'000); // 180 000 of them ordinary
    const Masked result = masked(plain, {1}, 0);
    double chosen = 0;
    double hidden = 0;
    double kept = 0;
    for (std::size_t i = 0; i < plain.size(); ++i) {
        if (result.labels[i] == kNotPredicted) {
            EXPECT_EQ(result.ids[i], plain[i]);
            continue;
        }
        EXPECT_EQ(result.labels[i], plain[i]);
        EXPECT_NE(i % 10, 0U) << "a special token was chosen";
        EXPECT_LT(result.ids[i], 1000);
        EXPECT_GE(result.ids[i], 0);
        ++chosen;
        hidden += result.ids[i] == kMask;
        kept += result.ids[i] == plain[i];
    }
    // Four standard deviations of the binomials: 27 000 ± 606 and, of 27 000, ± 263 and ± 197.
    EXPECT_NEAR(chosen, 27'000, 606);
    EXPECT_NEAR(hidden / chosen, 0.801, 0.0097); // 0.1 % of the random ones are the mask too
    EXPECT_NEAR(kept / chosen, 0.1001, 0.0073);
}

TEST(Masking, DependsOnSeedAndSampleAlone)
{
    const std::vector<std::int64_t> plain = sentence(64);
    EXPECT_EQ(masked(plain, {1}, 7), masked(plain, {1}, 7));
    EXPECT_NE(masked(plain, {1}, 7), masked(plain, {1}, 8));
    EXPECT_NE(masked(plain, {1}, 7), masked(plain, {2}, 7));
}

TEST(Masking, AShortSampleHasOneChosenTokenAtLeast)
{
    for (std::uint64_t sample = 0; sample < 200; ++sample) {
        const Masked result = masked({0, 50, 51, 2}, {3}, sample);
        EXPECT_LT(std::count(result.labels.begin(), result.labels.end(), kNotPredicted), 4);
        EXPECT_EQ(result.labels[0], kNotPredicted);
        EXPECT_EQ(result.labels[3], kNotPredicted);
    }
}

TEST(Masking, NothingIsChosenWhereEverythingIsSpecial)
{
    const Masked result = masked({0, 1, 2, 3}, {3}, 0);
    EXPECT_EQ(result.ids, (std::vector<std::int64_t>{0, 1, 2, 3}));
    EXPECT_EQ(result.labels, std::vector<std::int64_t>(4, kNotPredicted));
}

} // namespace
} // namespace espalier
