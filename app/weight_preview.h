// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model.h"
#include "core/report/weight_report.h"

namespace espalier {

/// One parameter of a plan's destination and the parent's parameter that it comes from.
[[nodiscard]] Result<WeightPreview> previewOf(
    const Model& parent, const TransferPlan& plan, ParameterId child);

} // namespace espalier
