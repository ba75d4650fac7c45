// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/method_page.h"

#include "core/methods/catalog.h"
#include "core/plan/measurement_facts.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(MethodPage, TellsWhatTheRowTells)
{
    const std::string page = methodPage(*findMethod("subcloning"));
    EXPECT_NE(page.find("### Weight subcloning (`subcloning`)"), std::string::npos);
    EXPECT_NE(page.find("arXiv 2312.09299"), std::string::npos);
    EXPECT_NE(page.find("width shrinks; depth shrinks; heads stay whole"), std::string::npos);
    EXPECT_NE(page.find("| `scale` | width | width, fan-in, energy, "), std::string::npos);
}

std::string noteOf(const char* id, Options options = {})
{
    const Method& method = *findMethod(id);
    return needsAndCost(method, *completeOptions(method.options, std::move(options)));
}

TEST(MethodPage, NeedsFollowTheOptions)
{
    EXPECT_EQ(noteOf("subcloning", {{"order", std::string("importance")}}),
        "Needs the mean |activation| of every channel (measured automatically). Costs one forward "
        "pass over the calibration samples.");
    EXPECT_EQ(noteOf("subcloning", {{"order", std::string("first")}}),
        "Needs no data and costs no more than the copy.");
}

TEST(MethodPage, CostAddsWhatTheMethodDoesToWhatIsMeasured)
{
    EXPECT_EQ(noteOf("slicegpt"),
        "Needs the mean |activation| of every channel and the second moment of the stream "
        "(measured automatically). Costs one forward pass over the calibration samples, an "
        "eigendecomposition, and dense products in place of copies.");
    EXPECT_EQ(
        noteOf("subcloning", {{"depth", std::string("greedy")}, {"order", std::string("first")}}),
        "Needs which blocks the loss misses least, one after another (measured automatically). "
        "Costs one forward pass over the calibration samples, one more for each block that may go, "
        "each time one goes.");
    EXPECT_EQ(noteOf("subcloning", {{"metric", std::string("taylor")}}),
        "Needs the loss's gradients by the weights (measured automatically). Costs forward and "
        "backward passes over the calibration samples.");
}

TEST(MethodPage, LearningIsCountedInSteps)
{
    EXPECT_EQ(noteOf("ligo"),
        "Needs data to learn on for 100 steps. Costs the learning steps, each up to twice a "
        "training step of the destination.");
    EXPECT_EQ(noteOf("sheared", {{"steps", std::int64_t{20}}}),
        "Needs data to learn on for 20 steps. Costs the learning steps, each a training step of "
        "the parent.");
    EXPECT_EQ(noteOf("ligo", {{"steps", std::int64_t{0}}}),
        "Needs no data and costs no more than the copy.");
}

/// Ids are for files and command lines; a person reads words. Every choice of every option of every
/// method is tried.
TEST(MethodPage, EveryNeedHasWords)
{
    for (const Method& method : methods()) {
        std::vector<Options> tried = {{}};
        for (const OptionSpec& option : method.options)
            for (const OptionChoice& choice : option.choices)
                tried.push_back({{std::string(option.key), std::string(choice.id)}});
        for (const Options& given : tried) {
            const Result<Options> options = completeOptions(method.options, given);
            ASSERT_TRUE(options);
            for (const std::string_view id : method.needs(*options).measurements)
                EXPECT_NE(findMeasurement(id), nullptr) << method.id << ": " << id;
        }
    }
}

TEST(MethodPage, EveryMethodSaysWhatItNeedsAndCosts)
{
    for (const Method& method : methods()) {
        const Result<Options> options = completeOptions(method.options, {});
        ASSERT_TRUE(options);
        const std::string note = needsAndCost(method, *options);
        EXPECT_TRUE(note.starts_with("Needs ")) << method.id << ": " << note;
        EXPECT_NE(note.find("osts "), std::string::npos) << method.id << ": " << note;
    }
}

TEST(MethodPage, EveryMethodHasOne)
{
    const std::string pages = methodPages();
    for (const Method& method : methods())
        EXPECT_NE(pages.find("(`" + std::string(method.id) + "`)"), std::string::npos) << method.id;
}

} // namespace
} // namespace espalier
