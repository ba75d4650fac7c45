// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"

#include <vector>

namespace espalier {

/// What of the parent a plan leaves behind; true means dropped. Pictures veil these.

/// Which parent indices a map uses; an Identity (or null) uses all `parentLength`.
[[nodiscard]] std::vector<bool> usedBy(const AxisMap* map, std::int64_t parentLength);

/// One flag per parent block: no destination block has it as a source.
[[nodiscard]] std::vector<bool> droppedBlocks(const TransferPlan& plan);

/// One flag per residual channel of the parent. All are dropped by a plan without any source block.
[[nodiscard]] std::vector<bool> droppedResidual(const TransferPlan& plan);

/// Flags [layers, length] of a per-block axis, row-major; rows of dropped blocks are all true.
[[nodiscard]] std::vector<bool> droppedPerBlock(const TransferPlan& plan, AxisLabel label);

/// As droppedPerBlock for whole heads, [layers, heads]: a head is dropped if no channel of its
/// context is used.
[[nodiscard]] std::vector<bool> droppedHeads(const TransferPlan& plan);

} // namespace espalier
