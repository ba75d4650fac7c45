// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/growth.h"

#include "core/methods/catalog.h"
#include "core/training/moment_growth.h"

#include <fmt/format.h>

namespace espalier {

namespace {

Error at(const GrowthStage& stage, const Error& error)
{
    return {error.code, fmt::format("growth at step {}: {}", stage.atStep, error.message)};
}

Status checkStep(const GrowthStage& stage, std::int64_t after, std::int64_t steps)
{
    if (stage.atStep > after && stage.atStep < steps)
        return {};
    return refused(fmt::format("growth at step {}: wanted a step after {} and before the last, {}",
        stage.atStep, after, steps));
}

} // namespace

Result<TransferPlan> planGrowth(const ModelConfig& before, const GrowthStage& stage)
{
    const Result<const Method*> method = methodOf(stage.method);
    if (!method)
        return method.error();
    const Result<Options> options = completeOptions((*method)->options, stage.options);
    if (!options)
        return options.error();
    if ((*method)->needs(*options).data())
        return refused(
            fmt::format("method {} needs data to plan; wanted one that needs none", stage.method));
    return makePlan(**method,
        {.parent = before,
            .childShape = resized(before.shape, stage.shape),
            .options = *options,
            .seed = stage.seed});
}

Result<GrownModel> afterGrowth(const ModelConfig& start, const TrainSettings& settings)
{
    GrownModel grown{.config = start};
    std::int64_t after = 0;
    for (const GrowthStage& stage : settings.growth) {
        if (const Status ordered = checkStep(stage, after, settings.steps); !ordered)
            return ordered.error();
        Result<TransferPlan> plan = planGrowth(grown.config, stage);
        if (!plan)
            return at(stage, plan.error());
        if (stage.keepsMoments)
            if (const Status carried = carriesMoments(*plan); !carried)
                return at(stage, carried.error());
        if (stage.gateSteps > 0) {
            Result<NewMembers> members = newMembersOf(*plan);
            if (!members)
                return at(stage, members.error());
            grown.newMembers.emplace(stage.atStep, *std::move(members));
        }
        grown.config = std::move(plan->child);
        after = stage.atStep;
    }
    return grown;
}

} // namespace espalier
