// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/forward/batch.h"
#include "core/methods/method.h"
#include "core/plan/learned_masks.h"
#include "core/tensors/parameter_set.h"

#include <functional>

namespace espalier {

/// Learns which channels, heads, MLP units and blocks of a parent to keep for a target shape, on
/// the parent's own loss (Sheared LLaMA, Xia et al. 2024, arXiv 2310.06694, section 2.1): hard
/// concrete gates multiply what writes the stream and the norms behind it, what reads heads and MLP
/// units, and whole blocks. For every axis that shrinks
///
///     min over gates, max over multipliers:  loss + sum_axes l1 (s - s*) + l2 (s - s*)^2
///
/// s being the expected share of open gates (in every block its own for heads and MLP units) and s*
/// going evenly from 1 to the wanted share in the first part of the steps. Gates learn with AdamW
/// at maskRate, multipliers rise by multiplierRate times their term; l2 starts at 20, not at the
/// paper's 0, which overshoots in runs of hundreds of steps. The parent's weights rest (the paper
/// trains them along at a ten-thousandth of the gates' rate).
///
/// Norms average over all channels, closed ones too; their gains are multiplied by the root of the
/// mean gate, which undoes that for root-mean-square norms and nearly does for layer norms. Heads
/// that share keys and values go as a group when groups are fewer, alone inside it otherwise.
///
/// fp32 on the CPU; pure in its inputs and the seed. Cost per step: a training step of the parent
/// and a pass over its weights. Errors: Refused (a shape that is larger somewhere or keeps all
/// axes, a loss that is not finite), Cancelled.
[[nodiscard]] Result<LearnedMasks> learnMasks(const ParameterSet& parent, const ModelShape& target,
    const std::function<Batch(std::int64_t step)>& batchAt, const MaskLearning& settings, Seed seed,
    const Progress& progress = {});

} // namespace espalier
