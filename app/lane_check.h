// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/workspace.h"

namespace espalier {

/// The model that a lane's training begins with.
[[nodiscard]] ModelConfig startOf(const Workspace& workspace, const RunLane& lane);

/// What a race would refuse of a lane, found out without opening anything: its plan, its settings
/// and its growth.
[[nodiscard]] Status checkLane(const Workspace& workspace, const RunLane& lane);

} // namespace espalier
