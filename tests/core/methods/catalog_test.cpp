// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/catalog.h"
#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

#include <set>

namespace espalier {

TEST(MethodCatalog, EveryRowIsCompleteAndUnique)
{
    std::set<std::string_view> ids;
    for (const Method& method : methods()) {
        EXPECT_TRUE(ids.insert(method.id).second) << method.id;
        EXPECT_FALSE(method.title.empty() || method.summary.empty() || method.paper.empty())
            << method.id;
        const Reach& reach = method.reach;
        EXPECT_TRUE(
            reach.width.shrink || reach.width.grow || reach.depth.shrink || reach.depth.grow)
            << method.id;
        EXPECT_FALSE(method.formula.empty() || method.evidence.empty()) << method.id;
        const auto defaults = completeOptions(method.options, {});
        ASSERT_TRUE(defaults) << method.id << ": " << defaults.error().message;
        for (const OptionSpec& option : method.options)
            EXPECT_FALSE(option.title.empty() || option.help.empty())
                << method.id << " " << option.key;
    }
}

TEST(MethodCatalog, AnUnknownMethodIsRefusedWithTheOneThatIsMeantOrAllOfThem)
{
    const auto meant = methodOf("subclonin");
    ASSERT_FALSE(meant);
    EXPECT_EQ(meant.error().message, "method: found \"subclonin\", did you mean \"subcloning\"?");
    const auto strange = methodOf("scissors");
    ASSERT_FALSE(strange);
    EXPECT_TRUE(strange.error().message.starts_with(
        "method: found \"scissors\", wanted one of subcloning, "))
        << strange.error().message;
    EXPECT_TRUE(strange.error().message.ends_with(", random")) << strange.error().message;
}

TEST(MethodCatalog, RandomDrawsEveryParameterFromTheFamilysScheme)
{
    const auto plan = makePlan(*findMethod("random"),
        {.parent = test::toyConfig(), .childShape = test::toyShape(2, 2, 1, 3)});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->rules.size(), parametersOf(plan->child).size());
    EXPECT_EQ(plan->rules.at({Role::QkvWeight, 1}).noise, (Noise{0, 0.02}));
    EXPECT_EQ(plan->rules.at({Role::MlpDownWeight, 1}).noise, (Noise{0, 0.02 / 2}))
        << "1/sqrt(2 x 2 layers)";
    EXPECT_EQ(plan->rules.at({Role::FinalNormGain, -1}).noise, (Noise{1, 0}));
    EXPECT_EQ(plan->rules.at({Role::QkvBias, 0}).noise, (Noise{0, 0}));
}

TEST(MethodCatalog, AShrinkerRefusesALargerDestination)
{
    ModelShape wider = test::toyConfig().shape;
    wider.layers = 5;
    const Measurements m = test::toyMeasurements();
    const auto plan = makePlan(*findMethod("subcloning"),
        {.parent = test::toyConfig(), .childShape = wider, .measurements = &m});
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, ErrorCode::Refused);
}

TEST(MethodCatalog, AnUnknownOptionIsRefusedNamingTheMethod)
{
    const auto plan = makePlan(*findMethod("random"),
        {.parent = test::toyConfig(),
            .childShape = test::toyShape(2, 2, 1, 3),
            .options = {{"ordr", std::string("first")}}});
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().message.rfind("random: ", 0), 0U);
}

} // namespace espalier
