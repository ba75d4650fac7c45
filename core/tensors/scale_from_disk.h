// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"
#include "core/plan/transfer_plan.h"
#include "core/tensors/stored_model.h"

namespace espalier {

/// One tensor of a destination's files, fp32, in its layout on disk, with the same bits as
/// applyPlan and toDiskLayout give: executes the plan while it reads the parent.
///
/// Selections, repeats and identities between tensors of one layout hold the result and some MB of
/// the parent's rows. Dense maps, noise and layouts that interleave heads hold the parent's
/// parameters of that one plan too, as fp32. Errors: those of the parent's files.
[[nodiscard]] Result<at::Tensor> scaledDiskTensor(
    const TransferPlan& plan, const StoredModel& parent, const DiskTensor& child);

/// One parameter as applyPlan makes it. Holds the parent's parameters of that one plan.
[[nodiscard]] Result<at::Tensor> scaledParameter(
    const TransferPlan& plan, const StoredModel& parent, ParameterId child);

} // namespace espalier
