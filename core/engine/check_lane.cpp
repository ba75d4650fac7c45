// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/check_lane.h"

#include "core/engine/growth.h"

#include <fmt/format.h>

namespace espalier {
namespace {

Status checkSettings(const LaneSpec& lane)
{
    const TrainSettings& t = lane.train;
    if (const TrainingAids& aids = t.aids; !(aids.layerDrop >= 0 && aids.layerDrop < 1)
        || !(aids.tokenDrop >= 0 && aids.tokenDrop < 1) || aids.stageSteps < 0
        || aids.stageLayers < 0 || aids.frozenSteps < 0 || aids.frozenLayers < 0
        || aids.prefixSteps < 0 || aids.prefixLayers < 0 || aids.gateSteps < 0)
        return refused(fmt::format("{}: a training aid is out of range, wanted shares from 0 to "
                                   "below 1 and counts from 0 up",
            lane.id));
    if (t.steps < 1 || t.batch < 1)
        return refused(fmt::format(
            "{}: {} steps in batches of {}, wanted at least 1 of each", lane.id, t.steps, t.batch));
    if (!(t.learningRate >= 0) || t.warmupSteps < 0 || t.evalEvery < 0 || t.evalSamples < 0
        || t.autosaveEvery < 0 || !(t.clipNorm >= 0) || !(t.weightDecay >= 0)
        || !(t.beta1 >= 0 && t.beta1 < 1) || !(t.beta2 >= 0 && t.beta2 < 1)
        || !(t.finalLearningRateShare >= 0 && t.finalLearningRateShare <= 1))
        return refused(fmt::format("{}: a training setting is out of range, wanted numbers from 0 "
                                   "up (betas below 1, shares up to 1)",
            lane.id));
    return {};
}

/// Hidden states are matched through the start's plan, so they need one, and the model and the
/// tokens that it speaks of.
Status checkHiddenStates(const LaneSpec& lane)
{
    if (!comparesHiddenStates(lane))
        return {};
    const char* const found = !lane.recipe               ? "a model without a recipe"
        : !lane.train.aids.distillation->teacher.empty() ? "a teacher besides the parent"
        : lane.train.aids.tokenDrop > 0                  ? "dropped tokens"
        : !lane.train.growth.empty()                     ? "growth on the way"
                                                         : nullptr;
    return found
        ? refused(fmt::format("{}: hidden states: found {}, wanted a recipe's start beside "
                              "its parent on all tokens",
            lane.id, found))
        : Status{};
}

/// What is new is known from the plan of the start or the stage, for a model that does not change
/// its shape while the gates rise.
Status checkGates(const LaneSpec& lane)
{
    std::int64_t open = lane.train.aids.gateSteps;
    if (open > 0 && !lane.recipe)
        return refused(fmt::format(
            "{}: gates: found a model without a recipe, wanted a recipe's start", lane.id));
    for (const GrowthStage& stage : lane.train.growth) {
        if (stage.gateSteps < 0)
            return refused(fmt::format("{}: gates: found {} steps behind growth at step {}, wanted "
                                       "0 or more",
                lane.id, stage.gateSteps, stage.atStep));
        if (stage.atStep < open)
            return refused(fmt::format("{}: gates: found growth at step {}, wanted it where the "
                                       "gates before it are open, from step {} on",
                lane.id, stage.atStep, open));
        open = stage.gateSteps > 0 ? stage.atStep + stage.gateSteps : 0;
    }
    if (open > lane.train.steps)
        return refused(fmt::format(
            "{}: gates: found them open from step {} on, wanted at most the training's {}", lane.id,
            open, lane.train.steps));
    return {};
}

} // namespace

bool comparesHiddenStates(const LaneSpec& lane)
{
    const auto& distillation = lane.train.aids.distillation;
    return distillation && distillation->hiddenWeight > 0;
}

Status checkLane(const LaneSpec& lane)
{
    for (const Status& sane : {checkSettings(lane), checkHiddenStates(lane), checkGates(lane)})
        if (!sane)
            return sane;
    return {};
}

Status checkPlannedLane(const LaneSpec& lane, const ModelConfig& start)
{
    const Result<RaceSpec> read = readRaceSpec(writeRaceSpec({{lane}}), lane.id);
    if (!read)
        return read.error();
    if (const Status sane = checkLane(lane); !sane)
        return sane;
    const Result<GrownModel> grown = afterGrowth(start, lane.train);
    return grown ? Status{} : grown.error();
}

} // namespace espalier
