// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/learn_masks.h"

#include "core/engine/guard.h"
#include "core/engine/learning_inputs.h"
#include "core/training/mask_learner.h"

namespace espalier {

namespace {

constexpr std::int64_t kSets = 2; ///< masked weights, and gradients

} // namespace

Result<LearnedMasks> learnMasks(const Model& parent, const ModelShape& target,
    const MaskLearning& settings, const DataSpec& spec, Seed seed, const Progress& progress)
{
    return guarded([&]() -> Result<LearnedMasks> {
        const Result<LearningInputs> inputs = openForLearning(parent, spec,
            {.config = parent.config(), .sets = kSets, .batch = settings.batch}, "learning masks",
            progress);
        if (!inputs)
            return inputs.error();
        return espalier::learnMasks(
            inputs->parent, target,
            [&](std::int64_t step) {
                return inputs->data.trainingBatch(seed, step, settings.batch);
            },
            settings, seed, progress);
    });
}

} // namespace espalier
