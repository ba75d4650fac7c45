// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"

namespace espalier::test {

/// Every destination block is the parent block of the same number; no maps: the parent itself.
[[nodiscard]] TransferPlan identityPlan(const ModelConfig& config);

/// The same network with all its inner axes in another order: residual channels, whole heads and
/// MLP units. Its outputs are the parent's.
[[nodiscard]] TransferPlan permutationPlan(const ModelConfig& config, Seed seed);

} // namespace espalier::test
