// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/run_report.h"

#include <string>
#include <string_view>

namespace espalier {

/// A run as one HTML page without scripts or outside files: what came out in one sentence,
/// validation and training losses over steps and over FLOPs, a table of the lanes, and each lane's
/// recipe and training settings. Light or dark as the reader's browser is.
[[nodiscard]] std::string runPage(const std::vector<RunLane>& lanes, std::string_view runName);

/// "subcloned reached 2.258 nats at step 10, random at step 100." Lanes that never got there are
/// named last. Before every lane has been evaluated: that there is nothing to compare yet.
[[nodiscard]] std::string outcomeOf(const std::vector<RunLane>& lanes);

} // namespace espalier
