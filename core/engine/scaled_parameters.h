// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/engine/model.h"
#include "core/tensors/parameter_set.h"

namespace espalier {

/// A destination in memory. Where the parent does not fit beside it and lies in files, it is made
/// parameter by parameter, of the parent's that each needs; the same to the bit. Errors: Resource,
/// with need and have, before anything is read; those of the parent's files; Cancelled.
[[nodiscard]] Result<ParameterSet> scaledParameters(
    const Model& parent, const TransferPlan& plan, const Progress& progress);

/// One of them, reading no more of a parent that is not in memory.
[[nodiscard]] Result<at::Tensor> scaledParameter(
    const Model& parent, const TransferPlan& plan, ParameterId child);

} // namespace espalier
