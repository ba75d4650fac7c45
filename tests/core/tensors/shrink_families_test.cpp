// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every shrinker on every family, with what it measures there: the parent at full size, a model
// that runs at the smallest.

#include "core/forward/transformer.h"
#include "core/measure/catalog.h"
#include "core/methods/catalog.h"
#include "core/tensors/apply_plan.h"
#include "tests/support/engine/measuring.h"
#include "tests/support/toy_model.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/isfinite.h>
#include <gtest/gtest.h>

namespace espalier {
namespace {

using test::toyFamilies;
using test::ToyFamily;

Measurements everything(const ParameterSet& parameters)
{
    std::vector<std::string_view> ids;
    for (const MeasurementRow& row : measurementRows())
        ids.push_back(row.facts->id);
    return test::measured(parameters, {test::labelledBatch(parameters.config, 3)}, ids);
}

/// The narrowest and shallowest that the method makes of this parent.
ModelShape smallest(const Method& method, const ModelConfig& parent)
{
    const ShapeBounds bounds = boundsOf(method, parent);
    ModelShape shape = parent.shape;
    for (const Size size : {Size::Hidden, Size::Layers})
        shape = withSize(bounds, shape, size, legalValues(bounds, shape, size).front());
    return shape;
}

at::Tensor logitsAfter(
    const Method& method, const ParameterSet& parent, PlanRequest request, ModelShape shape)
{
    request.childShape = shape;
    const Result<TransferPlan> plan = makePlan(method, request);
    EXPECT_TRUE(plan) << plan.error().message;
    const Result<ParameterSet> child = plan ? applyPlan(*plan, parent) : plan.error();
    EXPECT_TRUE(child);
    return child ? logitsOf(*child, test::toyBatch(parent.config, 3)) : at::Tensor();
}

TEST(Shrinking, EveryMethodServesEveryFamily)
{
    for (const ToyFamily& family : toyFamilies()) {
        const ParameterSet parent = test::toyParameters(family.config);
        const Measurements measurements = everything(parent);
        const at::NoGradGuard noGradients;
        const at::Tensor wanted = logitsOf(parent, test::toyBatch(family.config, 3));
        for (const Method& method : methods()) {
            SCOPED_TRACE(std::string(method.id) + ", " + family.name);
            PlanRequest request{.parent = family.config,
                .childShape = family.config.shape,
                .measurements = &measurements};
            if (method.direction != Direction::Shrink || !checkRequest(method, request)) {
                EXPECT_TRUE(method.direction != Direction::Shrink || method.id == "slicegpt");
                continue;
            }
            const at::Tensor same = logitsAfter(method, parent, request, family.config.shape);
            ASSERT_TRUE(same.defined());
            EXPECT_LT(same.sub(wanted).abs().max().item<double>(),
                1e-4 * wanted.abs().max().item<double>());
            const at::Tensor small =
                logitsAfter(method, parent, request, smallest(method, family.config));
            ASSERT_TRUE(small.defined());
            EXPECT_TRUE(at::isfinite(small).all().item<bool>());
        }
    }
}

} // namespace
} // namespace espalier
