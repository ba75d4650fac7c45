// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_growth.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::toyShape;
using Indices = std::vector<std::int64_t>;

TEST(Staged, PlacesTwoModelsSideBySide)
{
    const auto plan = test::grow("staged", toyShape(4, 8, 4, 6));
    ASSERT_TRUE(plan) << plan.error().message;
    const auto& terms = plan->blocks.at(1).terms;
    ASSERT_EQ(terms.size(), 2U);
    EXPECT_EQ(terms[0].maps.at(AxisLabel::Mlp).child_from_parent,
        (Indices{0, 1, 2, kNothing, kNothing, kNothing}));
    EXPECT_EQ(terms[1].maps.at(AxisLabel::Mlp).child_from_parent,
        (Indices{kNothing, kNothing, kNothing, 0, 1, 2}));
    EXPECT_EQ(terms[1].maps.at(AxisLabel::Residual).child_from_parent,
        (Indices{kNothing, kNothing, kNothing, kNothing, 0, 1, 2, 3}));
    EXPECT_EQ(plan->rules.at({Role::FinalNormGain, -1}).scale, 0.5);
}

TEST(Staged, AddsIdentitiesOrCopiesBehindOrAbove)
{
    const auto identities = test::grow("staged", toyShape(8, 4, 2, 3));
    ASSERT_TRUE(identities);
    EXPECT_EQ(test::parentBlocks(*identities), (std::vector<int>{0, 0, 1, 1, 2, 2, 3, 3}));
    EXPECT_TRUE(identities->rules.at({Role::MlpDownWeight, 1}).fresh);
    const auto copies = test::grow("staged", toyShape(8, 4, 2, 3),
        {{"depth", std::string("copy")}, {"place", std::string("above")}});
    ASSERT_TRUE(copies);
    EXPECT_EQ(test::parentBlocks(*copies), (std::vector<int>{0, 1, 2, 3, 0, 1, 2, 3}));
    EXPECT_TRUE(copies->rules.empty());
    EXPECT_TRUE(test::preserved("staged", toyShape(8, 8, 4, 6)).exact);
    EXPECT_FALSE(
        test::preserved("staged", toyShape(8, 8, 4, 6), {{"depth", std::string("copy")}}).exact);
}

TEST(Staged, DoublesEverythingOrNothing)
{
    EXPECT_EQ(test::refusal("staged", toyShape(4, 8, 4, 3)),
        "mlp 3: two whole models stand side by side, so hidden, heads, kv-heads and mlp are "
        "doubled together (nearest: 3, 6)");
    EXPECT_NE(test::refusal("staged", toyShape(4, 12, 6, 9)).find("hidden 12"), std::string::npos);
    EXPECT_EQ(test::refusal("staged", toyShape(9, 4, 2, 3)),
        "layers 9: depth is doubled, so layers may be at most 8 (nearest: 8)");
}

} // namespace
} // namespace espalier
