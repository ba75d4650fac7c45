// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/transformer.h"
#include "core/recipe/recipe.h"

#include <cstdint>

namespace espalier {

/// How one training step differs from a plain one (see TrainingAids).
struct StepVariant
{
    ForwardOptions forward = {}; ///< blocks that run, tokens that the middle ones see
    std::int64_t frozenBlocks = 0; ///< these and the embeddings get no gradient; 0: none frozen
    double teacherWeight = 0; ///< of the teacher's term in the loss
    double temperature = 1;
    double hiddenWeight = 0; ///< of the hidden-state term inside the teacher's
    double gate = 1; ///< of new members (see gates.h)
};

/// How far new members are open in step `step` (0-based), before which the model may have grown:
/// evenly from 0 at their first step to 1 behind the gate steps of start or stage.
[[nodiscard]] double gateAt(const TrainSettings& settings, std::int64_t step);
/// The same of the model behind so many updates, which grows later if it does before the next.
[[nodiscard]] double gateBehind(const TrainSettings& settings, std::int64_t updates);

/// The variant of step `step` (0-based) for inputs of `tokens` tokens; a pure function of its
/// arguments and settings.seed, so that a resumed run draws the same. Layer dropping follows Zhang
/// & He's schedule: block i of L runs with probability 1 - (i + 1)/L (1 - θ(t)), θ(t) falling from
/// 1 to 1 - layerDrop as exp(-100 t / steps). While a prefix is drawn, the blocks before its last
/// part are frozen. The first token (class token) and the first and last
/// block always see everything.
[[nodiscard]] StepVariant stepVariantAt(const TrainSettings& settings, const ModelConfig& config,
    std::int64_t step, std::int64_t tokens);

/// FLOPs per token (or image) of such a step, forward and backward, the teacher's not counted.
[[nodiscard]] double flopsOf(const StepVariant& variant, const ModelConfig& config);

} // namespace espalier
