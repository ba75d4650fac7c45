// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"

namespace espalier {

/// The map of Context that follows a map of Value: channel c of head r in key/value group g reads
/// what the value map gives group g, from the parent's head r (modulo its heads per group).
[[nodiscard]] AxisMap repeatedOverGroups(
    const AxisMap& value, const ModelShape& parent, const ModelShape& child);

/// The matrix of a map's face, whatever its kind: what a selection or a repeat does, spelt out.
[[nodiscard]] Matrix matrixOf(const AxisMap& map, Side side);

/// The same plan with Dense maps in place of selections and repeats: stacking, interpolation and
/// Net2Net as the linear operators that they are (LiGO, proposition 1). Identities stay.
[[nodiscard]] TransferPlan denseForm(TransferPlan plan);

} // namespace espalier
