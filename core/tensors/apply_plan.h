// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/plan/transfer_plan.h"
#include "core/tensors/parameter_set.h"

namespace espalier {

/// Executes a plan for one destination parameter. This and scaledDiskTensor (scale_from_disk.h),
/// which does the same while it reads files, are the only code that moves weights from parent to
/// child; both stand on gather.h and give the same bits.
///
/// The result is fp32, contiguous, with storage of its own, and
///
///     float(scale * weight * readWeight…) * parent[cell]        for selections and repeats,
///
/// rounded once per source term; terms are summed in fp32 in their order; a factor of exactly 1
/// multiplies nothing, so a selection without scale moves bits. Dense maps are multiplied in fp64
/// and rounded once. Noise is added last. Cost: one pass over the output for selections.
[[nodiscard]] at::Tensor applyPlan(
    const ParameterPlan& plan, const ParameterSet& parent, const ModelShape& childShape);

/// All parameters of the destination. The plan has passed checkPlan and is for this parent (our bug
/// otherwise). Errors: Cancelled.
[[nodiscard]] Result<ParameterSet> applyPlan(
    const TransferPlan& plan, const ParameterSet& parent, const Progress& progress = {});

} // namespace espalier
