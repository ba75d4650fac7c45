// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/forward/batch.h"
#include "core/methods/method.h"
#include "core/plan/learning_report.h"
#include "core/plan/operators.h"
#include "core/tensors/parameter_set.h"

#include <functional>

namespace espalier {

struct LearnedPlan
{
    TransferPlan plan;
    Operators operators; ///< in the places of operatorsOf(initial)
    LearningReport report;
};

/// Learning rate of step `step` (0-based): linear up to learningRate with the last warm-up step,
/// then linear down, to 0 after the last one. A warm-up of more steps than there are never ends.
[[nodiscard]] double learningRateAt(const PlanLearning& settings, std::int64_t step);

/// Tunes a plan's Dense maps and weights of source blocks on the destination's loss, with AdamW
/// (betas 0.9 and 0.999, epsilon 1e-6, as in LiGO's code; arXiv 2303.00980, section 3.2), in fp32
/// on the CPU. Unit rows stay, tied maps stay tied. applyPlan of the result gives the destination
/// that was trained, to rounding. Per step: one training step of the destination and the products
/// that make it. The same inputs and number of threads give the same plan, bit for bit.
///
/// `batchAt` gives the batch of each step. Errors: Refused (plans that LearnablePlan does not
/// accept, a loss that is not finite), Cancelled.
[[nodiscard]] Result<LearnedPlan> learnPlan(const TransferPlan& initial, const ParameterSet& parent,
    const std::function<Batch(std::int64_t step)>& batchAt, const PlanLearning& settings,
    const Progress& progress = {});

} // namespace espalier
