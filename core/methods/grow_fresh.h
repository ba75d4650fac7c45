// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/method.h"

namespace espalier {

// Pieces of plans that keep the parent's cells where they are and add new ones beside them.

/// Maps that lead every parent cell to its own place and no cell to the new ones, for all axes.
/// Heads keep their key/value group; a group is there twice where its heads are divided.
void keepCells(TransferPlan& plan);

} // namespace espalier
