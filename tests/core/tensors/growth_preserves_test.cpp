// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the growth methods claim, on every family: the destination's logits are the parent's where
// preservationOf says so, and where it does not it says why.

#include "core/forward/transformer.h"
#include "core/methods/catalog.h"
#include "core/tensors/apply_plan.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <set>

namespace espalier {
namespace {

using test::toyFamilies;
using test::ToyFamily;

/// Destinations worth trying; most methods refuse some.
std::vector<ModelShape> largerShapes(const ModelShape& parent)
{
    const auto changed = [&](std::int64_t layers, std::int64_t hidden, std::int64_t heads,
                             std::int64_t groups, std::int64_t mlp) {
        ModelShape shape = parent;
        shape.layers = layers;
        shape.hidden = hidden;
        shape.heads = heads;
        shape.kvHeads = groups;
        shape.mlp = mlp;
        return resized(parent, shape);
    };
    const auto& [l, d, h, k, m] =
        std::tuple(parent.layers, parent.hidden, parent.heads, parent.kvHeads, parent.mlp);
    const bool free = h * parent.headDim != d;
    const std::int64_t oneHead = free ? d + 3 : d + parent.headDim;
    const std::int64_t oneMore = k == h ? h + 1 : h;
    return {
        changed(2 * l, d, h, k, m),
        changed(l + 1, d, h, k, m),
        changed(l, d, h, k, m + 3),
        changed(l, 2 * d, 2 * h, 2 * k, 2 * m),
        changed(l, 3 * d, 3 * h, 3 * k, m),
        changed(l, 2 * d, 2 * h, k == 1 ? 1 : 2 * h, 2 * m),
        changed(l, oneHead, oneMore, k == h ? h + 1 : k, m + 2),
        changed(l, d + 2 * h, h, k, m),
        changed(l, 2 * d + 2 * parent.headDim, 2 * h + 2, k == h ? 2 * h + 2 : k, 2 * m + 1),
        changed(l, 3 * d + 8, 2 * h, h, m),
        changed(l + 1, 2 * d, 2 * h, 2 * k, 3 * m),
        changed(2 * l, 2 * d, 2 * h, 2 * k, 2 * m),
    };
}

Measurements changesOf(const ModelShape& parent)
{
    Measurements measurements;
    for (std::int64_t block = 0; block < parent.layers; ++block)
        measurements.change_L.push_back(0.5 - 0.1 * static_cast<double>(block));
    return measurements;
}

/// Largest difference of logits, as a share of the largest logit.
double differenceOf(const TransferPlan& plan, const ParameterSet& parent)
{
    const at::NoGradGuard noGradients;
    const Batch batch = test::toyBatch(parent.config, 3);
    const Result<ParameterSet> child = applyPlan(plan, parent);
    EXPECT_TRUE(child.ok());
    const at::Tensor wanted = logitsOf(parent, batch);
    const at::Tensor found = logitsOf(*child, batch);
    return found.sub(wanted).abs().max().item<double>() / wanted.abs().max().item<double>();
}

std::string told(const ModelShape& shape)
{
    std::string text;
    for (const Size size : kAllSizes)
        text += std::string(nameOf(size)) + " " + std::to_string(get(shape, size)) + " ";
    return text;
}

/// Growth of one parent by one method to every shape that it reaches; how many those were.
int growEverywhere(const Method& method, const ToyFamily& family, const Options& options)
{
    const ParameterSet parent = test::toyParameters(family.config);
    const Measurements measurements = changesOf(family.config.shape);
    int reached = 0;
    for (const ModelShape& shape : largerShapes(family.config.shape)) {
        PlanRequest request{.parent = family.config,
            .childShape = shape,
            .measurements = &measurements,
            .options = options,
            .seed = {11}};
        if (!checkRequest(method, request))
            continue;
        ++reached;
        SCOPED_TRACE(std::string(method.id) + ", " + family.name + ": " + told(shape));
        const Result<TransferPlan> plan = makePlan(method, request);
        EXPECT_TRUE(plan) << plan.error().message;
        if (!plan)
            continue;
        EXPECT_EQ(*plan, *makePlan(method, request));
        const Preservation preserved = preservationOf(method, request);
        EXPECT_EQ(preserved.exact, preserved.reason.empty()) << preserved.reason;
        const double difference = differenceOf(*plan, parent);
        EXPECT_TRUE(std::isfinite(difference));
        if (preserved.exact)
            EXPECT_LE(difference, 1e-4);
        else
            EXPECT_GT(difference, 1e-4) << "not exact, it says: " << preserved.reason;
    }
    return reached;
}

TEST(Growth, IsAsExactAsEveryMethodSaysOnEveryFamily)
{
    for (const Method& method : methods()) {
        const MethodNeeds needs = method.needs(*completeOptions(method.options, {}));
        if (method.direction != Direction::Grow || !needs.measurements.empty() || needs.training)
            continue;
        Options options;
        if (method.id == "passthrough") // whose depth is the length of its list
            options["blocks"] = std::vector<std::int64_t>{0, 1, 0};
        int reached = 0;
        for (const ToyFamily& family : toyFamilies())
            reached += growEverywhere(method, family, options);
        EXPECT_GT(reached, 0) << method.id;
    }
}

TEST(Growth, DuplicationOfQuietBlocksWorksOnEveryFamily)
{
    for (const ToyFamily& family : toyFamilies())
        EXPECT_EQ(growEverywhere(*findMethod("duplication"), family, {}), 2) << family.name;
}

TEST(Growth, SilentRepeatsLeaveTheLogitsUnlessNormsStandOnTheStream)
{
    for (const ToyFamily& family : toyFamilies())
        EXPECT_EQ(growEverywhere(*findMethod("passthrough"), family,
                      {{"blocks", std::vector<std::int64_t>{0, 0, 1}}, {"repeat-scale", 0.0}}),
            1)
            << family.name;
}

TEST(Growth, BalancedNoiseLeavesTheLogits)
{
    for (const char* id : {"hypercloning", "net2net"})
        for (const ToyFamily& family : toyFamilies())
            EXPECT_GT(growEverywhere(*findMethod(id), family,
                          {{"noise", std::string("balanced")}, {"snr", 6.0}}),
                0)
                << id << " " << family.name;
}

TEST(Growth, LemonIsLosslessWithEqualSharesToo)
{
    for (const ToyFamily& family : toyFamilies())
        growEverywhere(*findMethod("lemon"), family,
            {{"split", std::string("equal")}, {"free-columns", false}});
}

TEST(Growth, EveryFamilyReachesWholeMultiplesByEveryWideningMethod)
{
    for (const ToyFamily& family : toyFamilies()) {
        ModelShape twice = family.config.shape;
        for (const Size size : {Size::Hidden, Size::Heads, Size::KvHeads, Size::Mlp})
            set(twice, size, 2 * get(twice, size));
        twice = resized(family.config.shape, twice);
        for (const char* id :
            {"net2net", "fpi", "aki", "hypercloning", "lemon", "staged", "zero-growth"}) {
            PlanRequest request{.parent = family.config, .childShape = twice};
            const Status fits = checkRequest(*findMethod(id), request);
            EXPECT_TRUE(fits) << id << ", " << family.name << ": " << fits.error().message;
        }
    }
}

TEST(Growth, LemonReachesAnyWidthWhereNoNormStandsOnTheStream)
{
    std::set<std::string> refused;
    for (const ToyFamily& family : toyFamilies()) {
        ModelShape wider = family.config.shape;
        wider.hidden += 2 * wider.headDim;
        wider.heads += 2;
        if (family.config.shape.kvHeads == family.config.shape.heads)
            wider.kvHeads = wider.heads;
        PlanRequest request{.parent = family.config, .childShape = wider};
        if (!checkRequest(*findMethod("lemon"), request))
            refused.insert(family.config.family);
    }
    EXPECT_EQ(refused, (std::set<std::string>{"bert", "roberta", "distilbert"}));
}

} // namespace
} // namespace espalier
