// SPDX-License-Identifier: GPL-3.0-or-later
//
// Turned into principal components and not cut, a model computes what it did, in every family that
// SliceGPT serves.

#include "core/forward/transformer.h"
#include "core/measure/run_measurements.h"
#include "core/methods/catalog.h"
#include "core/tensors/apply_plan.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

namespace espalier {
namespace {

using test::toyFamilies;
using test::ToyFamily;

struct Turned
{
    TransferPlan plan;
    ParameterSet parameters;
};

/// Nothing for families that the method refuses.
std::optional<Turned> turned(const ParameterSet& parent)
{
    const Method& method = *findMethod("slicegpt");
    PlanRequest request{.parent = parent.config,
        .childShape = parent.config.shape,
        .options = {{"order", std::string("first")}}};
    if (!checkRequest(method, request))
        return std::nullopt;
    const Batch batch = test::toyBatch(parent.config, 3);
    const Result<Measurements> measured = runMeasurements(parent,
        {1,
            [&](std::int64_t) {
                return batch;
            }},
        {"residual-covariance"});
    EXPECT_TRUE(measured.ok());
    request.measurements = &*measured;
    Result<TransferPlan> plan = makePlan(method, request);
    if (!plan)
        return std::nullopt;
    Result<ParameterSet> child = applyPlan(*plan, parent);
    EXPECT_TRUE(child.ok());
    return Turned{std::move(*plan), std::move(*child)};
}

} // namespace

TEST(SlicegptPreserves, KeepsTheLogitsAtFullWidth)
{
    const at::NoGradGuard noGradients;
    int served = 0;
    for (const ToyFamily& family : toyFamilies()) {
        const ParameterSet parent = test::toyParameters(family.config);
        const std::optional<Turned> child = turned(parent);
        if (!child)
            continue;
        ++served;
        const Batch batch = test::toyBatch(family.config, 3);
        const at::Tensor wanted = logitsOf(parent, batch);
        const at::Tensor found = logitsOf(child->parameters, batch);
        EXPECT_LT(
            found.sub(wanted).abs().max().item<double>(), 1e-4 * wanted.abs().max().item<double>())
            << family.name;
        EXPECT_FALSE(child->plan.child.flavour.tiedHead) << family.name;
    }
    EXPECT_GE(served, 2);
}

} // namespace espalier
