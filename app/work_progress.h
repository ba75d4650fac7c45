// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "widgets/workspace.h"

#include <functional>

namespace espalier {

/// Carries a worker's progress to the workspace's `activity` on the receiver's thread, at most
/// every 50 ms and only while the activity is marked as running. `noted` gets the lines that a
/// person should know although the work goes on.
[[nodiscard]] Progress progressTo(QObject& receiver, Workspace& workspace, Activity activity,
    std::function<void(const QString&)> noted = {});

} // namespace espalier
