// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/grow_width.h"
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace espalier {
namespace {

using test::toyShape;
using Indices = std::vector<std::int64_t>;

TEST(Net2net, CopiesComeBehindTheParentsOwnAndReadersDivideByThem)
{
    const auto plan = test::grow("net2net", toyShape(4, 4, 2, 5));
    ASSERT_TRUE(plan) << plan.error().message;
    const AxisMap& mlp = plan->blocks.at(0).maps.at(AxisLabel::Mlp);
    EXPECT_EQ(Indices(mlp.child_from_parent.begin(), mlp.child_from_parent.begin() + 3),
        (Indices{0, 1, 2}));
    EXPECT_NE(mlp.child_from_parent[3], mlp.child_from_parent[4]) << "balanced";
    for (std::size_t j = 0; j < 5; ++j) {
        const auto copies = std::count(
            mlp.child_from_parent.begin(), mlp.child_from_parent.end(), mlp.child_from_parent[j]);
        EXPECT_DOUBLE_EQ(mlp.readWeight[j], 1.0 / static_cast<double>(copies));
    }
    EXPECT_TRUE(mlp.writeWeight.empty());
}

TEST(Net2net, TwiceTheWidthIsEveryChannelTwiceInAnyOrder)
{
    const auto plan = test::grow("net2net", toyShape(4, 8, 4, 6));
    ASSERT_TRUE(plan) << plan.error().message;
    Indices residual = plan->globalMaps.at(AxisLabel::Residual).child_from_parent;
    std::sort(residual.begin(), residual.end());
    EXPECT_EQ(residual, (Indices{0, 0, 1, 1, 2, 2, 3, 3}));
    EXPECT_EQ(plan->rules.at({Role::FinalNormGain, -1}).scale, 0.5) << "the tied head's share";
    EXPECT_TRUE(plan->child.flavour.tiedHead);
    const Indices& query = plan->blocks[1].maps.at(AxisLabel::Query).child_from_parent;
    EXPECT_EQ(Indices(query.begin(), query.begin() + 4), (Indices{0, 1, 2, 3}));
    EXPECT_EQ(query[5], query[4] + 1) << "heads are copied whole";
}

TEST(Net2net, OneMapServesTheWholeNetworkAndBlocksHaveTheirOwn)
{
    const auto plan = test::grow("net2net", toyShape(4, 4, 2, 6));
    ASSERT_TRUE(plan);
    bool differ = false;
    for (std::size_t j = 1; j < 4; ++j)
        differ = differ
            || plan->blocks[j].maps.at(AxisLabel::Mlp) != plan->blocks[0].maps.at(AxisLabel::Mlp);
    EXPECT_TRUE(differ);
    for (const DestinationBlock& block : plan->blocks)
        EXPECT_FALSE(block.maps.contains(AxisLabel::Residual));
}

TEST(Net2net, UnequalCopiesAreSaidNotToBeExact)
{
    EXPECT_TRUE(test::preserved("net2net", toyShape(6, 8, 4, 5)).exact);
    EXPECT_EQ(test::preserved("net2net", toyShape(4, 6, 3, 3)).reason,
        "norms see unequal copies of the channels (hidden 6 is no whole multiple of 4)");
    EXPECT_EQ(test::preserved("net2net", toyShape(4, 8, 4, 3), {{"copies", std::string("uniform")}})
                  .reason,
        "norms see unequal copies of the channels");
}

TEST(Net2net, NoiseIsBalancedAndOnlyWhereCopiesAreRead)
{
    const auto plan = test::grow(
        "net2net", toyShape(4, 4, 2, 6), {{"noise", std::string("balanced")}, {"snr", 20.0}});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->rules.at({Role::MlpDownWeight, 0}).noise,
        (Noise{.std = 0.1, .relative = true, .balanced = true}));
    EXPECT_EQ(plan->rules.size(), 4U) << "the down projections";
}

TEST(GrowHeads, EveryHeadStaysBesideItsGroup)
{
    const ModelShape parent{.heads = 4, .kvHeads = 2, .headDim = 1};
    ModelShape child{.heads = 8, .kvHeads = 4, .headDim = 1};
    GrownHeads grown = growHeads(parent, child, CopyRule::Circular, {});
    EXPECT_EQ(grown.groups, (Indices{0, 1, 0, 1}));
    EXPECT_EQ(grown.heads, (Indices{0, 1, 2, 3, 0, 1, 2, 3}));
    child.kvHeads = 2;
    grown = growHeads(parent, child, CopyRule::Circular, {});
    EXPECT_EQ(grown.heads, (Indices{0, 1, 0, 1, 2, 3, 2, 3}));
    child = {.heads = 4, .kvHeads = 4, .headDim = 1};
    grown = growHeads(parent, child, CopyRule::Circular, {});
    EXPECT_EQ(grown.groups, (Indices{0, 1, 0, 1}));
    EXPECT_EQ(grown.heads, (Indices{0, 2, 1, 3})) << "a group's heads are divided over its copies";
}

TEST(GrowHeads, RefusesGroupsThatLoseAHead)
{
    ModelConfig parent = test::groupedToyConfig();
    parent.shape.heads = 6;
    parent.shape.kvHeads = 2;
    parent.shape.hidden = 12;
    ModelShape child = parent.shape;
    child.kvHeads = 3;
    EXPECT_EQ(test::refusal("net2net", child, {}, parent),
        "kv-heads 3: some group of 3 heads would have one copy with 2 heads, too few for all; "
        "kv-heads must be a multiple of the parent's 2 (nearest: 2), or heads at least 9");
}

TEST(Net2net, EqualSeedsMakeEqualPlans)
{
    const auto seeded = [](Seed seed) {
        return *test::grow("net2net", toyShape(6, 8, 4, 5), {}, test::toyConfig(), seed);
    };
    EXPECT_EQ(seeded({3}), seeded({3}));
    EXPECT_FALSE(seeded({3}) == seeded({4}));
}

} // namespace
} // namespace espalier
