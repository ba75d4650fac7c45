// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/synthetic_plans.h"

#include "core/base/random.h"
#include "core/measure/score_places.h"
#include "core/methods/catalog.h"

#include <fmt/format.h>

namespace espalier::bench {

namespace {

/// Half or twice the parent along every axis that the method reaches.
ModelShape shapeFor(const Method& method, ModelShape shape)
{
    const bool grows = method.direction == Direction::Grow;
    const auto resize = [grows](std::int64_t size) {
        return grows ? 2 * size : size / 2;
    };
    if (grows ? method.reach.depth.grow : method.reach.depth.shrink)
        shape.layers = resize(shape.layers);
    if (grows ? method.reach.width.grow : method.reach.width.shrink)
        for (std::int64_t* size : {&shape.hidden, &shape.heads, &shape.kvHeads, &shape.mlp})
            *size = resize(*size);
    return shape;
}

/// For whatever asks for some.
Measurements scoresWithoutMeaning(const ModelShape& shape)
{
    Measurements measurements;
    SequenceRng values(Seed{1});
    const ChannelScores scores =
        mapped(zeroScores(shape), [&](double) { return values.uniform(); });
    for (const std::string_view metric :
        {kMeanAbs, std::string_view("rms"), std::string_view("minitron"), std::string_view("wanda"),
            std::string_view("weight-norm"), std::string_view("taylor")})
        measurements.scores.emplace(metric, scores);
    measurements.change_L.assign(static_cast<std::size_t>(shape.layers), 0.5);
    measurements.blockInfluence_L = measurements.change_L;
    measurements.angularDistance_NL = {shape.layers, shape.layers,
        std::vector<double>(static_cast<std::size_t>(shape.layers * shape.layers), 0.5)};
    return measurements;
}

/// `measurements` must outlive it.
Result<PlanRequest> requestWithoutTraining(
    const Method& method, const ModelConfig& parent, const Measurements& measurements)
{
    const Result<Options> options = completeOptions(method.options, {});
    if (!options)
        return options.error();
    if (method.needs(*options).training)
        return refused("learns operators");
    PlanRequest request{.parent = parent,
        .childShape = shapeFor(method, parent.shape),
        .measurements = &measurements};
    if (method.id == "passthrough") { // has no list of blocks of its own
        std::vector<std::int64_t> blocks(static_cast<std::size_t>(request.childShape.layers));
        for (std::size_t i = 0; i < blocks.size(); ++i)
            blocks[i] = static_cast<std::int64_t>(i / 2);
        request.options["blocks"] = std::move(blocks);
    }
    return request;
}

} // namespace

void forEveryPlan(const ModelConfig& parent, std::string_view wanted,
    const std::function<void(const Method&, const PlanRequest&, const TransferPlan&)>& work)
{
    const Measurements measurements = scoresWithoutMeaning(parent.shape);
    for (const Method& method : methods()) {
        if (!wanted.empty() && method.id != wanted)
            continue;
        const Result<PlanRequest> request = requestWithoutTraining(method, parent, measurements);
        const Result<TransferPlan> plan =
            request ? makePlan(method, *request) : Result<TransferPlan>(request.error());
        if (plan)
            work(method, *request, *plan);
        else
            fmt::print(
                "{{\"method\": \"{}\", \"skipped\": \"{}\"}}\n", method.id, plan.error().message);
    }
}

} // namespace espalier::bench
