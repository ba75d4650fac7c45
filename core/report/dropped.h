// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"

#include <vector>

namespace espalier {

/// What of the parent a plan leaves behind; true means dropped. Pictures veil these.

/// Which parent indices a map uses; an Identity (or null) uses all `parentLength`.
[[nodiscard]] std::vector<bool> usedBy(const AxisMap* map, std::int64_t parentLength);

/// One flag per parent block, class-attention ones behind the trunk's: no destination block has it
/// as a source.
[[nodiscard]] std::vector<bool> droppedBlocks(const TransferPlan& plan);

/// One flag per residual channel of the parent. All are dropped by a plan without any source block.
[[nodiscard]] std::vector<bool> droppedResidual(const TransferPlan& plan);

/// Flags [layers, length] of a per-block axis, row-major; rows of dropped blocks are all true. Of
/// ClassMlp: of the class-attention blocks alone.
[[nodiscard]] std::vector<bool> droppedPerBlock(const TransferPlan& plan, AxisLabel label);

/// MLP units of all blocks, class-attention ones behind the trunk's, [blocks, the wider of both
/// MLPs]; what a narrower one lacks counts as not dropped.
[[nodiscard]] std::vector<bool> droppedMlpUnits(const TransferPlan& plan);

/// Heads of all blocks, [blocks, heads]: a head is dropped if no channel of its context is used.
[[nodiscard]] std::vector<bool> droppedHeads(const TransferPlan& plan);

} // namespace espalier
