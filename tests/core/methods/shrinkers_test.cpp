// SPDX-License-Identifier: GPL-3.0-or-later
//
// What every shrinker of the catalog promises.

#include "tests/support/toy_shrink.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace espalier {

namespace {

std::vector<const Method*> shrinkers()
{
    std::vector<const Method*> rows;
    for (const Method& method : methods())
        if (method.direction == Direction::Shrink)
            rows.push_back(&method);
    return rows;
}

ModelConfig parentFor(const Method& method)
{
    ModelConfig parent = test::toyConfig();
    if (method.id == "slicegpt")
        parent.flavour.norm = NormKind::Rms;
    return parent;
}

bool isIdentity(const std::map<AxisLabel, AxisMap>& maps)
{
    return std::all_of(maps.begin(), maps.end(),
        [](const auto& entry) { return entry.second.kind == AxisMap::Kind::Identity; });
}

/// The toy with half of what the method may cut.
ModelShape smallerFor(const Method& method)
{
    return method.reach.width.shrink ? test::toyShape(2, 2, 1, 2) : test::toyShape(2, 4, 2, 3);
}

/// Each option's choices, one at a time.
std::vector<Options> settingsOf(const Method& method)
{
    std::vector<Options> settings = {{}};
    for (const OptionSpec& option : method.options)
        for (const OptionChoice& choice : option.choices) {
            settings.push_back({{std::string(option.key), std::string(choice.id)}});
            if (choice.id == "list")
                settings.back()["blocks"] = std::vector<std::int64_t>{0, 3};
        }
    return settings;
}

} // namespace

TEST(Shrinkers, FullSizeIsTheIdentityUnderEverySetting)
{
    const Measurements m = test::everythingMeasured();
    for (const Method* method : shrinkers())
        for (const Options& options : settingsOf(*method)) {
            const ModelConfig parent = parentFor(*method);
            const PlanRequest request{.parent = parent,
                .childShape = parent.shape,
                .measurements = &m,
                .options = options};
            const auto plan = makePlan(*method, request);
            ASSERT_TRUE(plan) << method->id << ": " << plan.error().message;
            EXPECT_TRUE(preservationOf(*method, request).exact) << method->id;
            EXPECT_EQ(test::parentBlocksOf(*plan), (std::vector<int>{0, 1, 2, 3})) << method->id;
            if (method->id == "slicegpt")
                continue; // turns the stream; the engine's tests compare logits
            EXPECT_EQ(plan->rules.size(), 0U) << method->id;
            EXPECT_TRUE(isIdentity(plan->globalMaps)) << method->id;
            for (const DestinationBlock& block : plan->blocks) {
                EXPECT_TRUE(isIdentity(block.terms.front().maps)) << method->id;
                EXPECT_TRUE(block.termsByRole.empty()) << method->id;
            }
        }
}

TEST(Shrinkers, EverySettingPlansASmallerModelAndTwiceTheSame)
{
    const Measurements m = test::everythingMeasured();
    for (const Method* method : shrinkers())
        for (const Options& options : settingsOf(*method)) {
            const auto plan = test::planOfToy(std::string(method->id).c_str(), smallerFor(*method),
                m, options, parentFor(*method));
            ASSERT_TRUE(plan) << method->id << ": " << plan.error().message;
            EXPECT_EQ(*plan,
                *test::planOfToy(std::string(method->id).c_str(), smallerFor(*method), m, options,
                    parentFor(*method)))
                << method->id;
        }
}

TEST(Shrinkers, MissingMeasurementsAreRefusedNamingOneToMake)
{
    Measurements nothing;
    nothing.parentHash = "toy";
    for (const Method* method : shrinkers()) {
        const auto defaults = completeOptions(method->options, {});
        const std::vector<std::string_view> needed = method->needs(*defaults).measurements;
        const auto plan = test::planOfToy(
            std::string(method->id).c_str(), smallerFor(*method), nothing, {}, parentFor(*method));
        EXPECT_EQ(plan.ok(), needed.empty()) << method->id;
        if (plan)
            continue;
        EXPECT_TRUE(std::any_of(needed.begin(), needed.end(), [&](std::string_view id) {
            return plan.error().message.ends_with("measure " + std::string(id));
        })) << plan.error().message;
    }
}

} // namespace espalier
