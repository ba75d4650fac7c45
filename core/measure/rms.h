// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// Root mean square of every channel at every place of ChannelScores: sqrt(mean over tokens of a²).
/// Sums as in column_sums.h.
[[nodiscard]] std::unique_ptr<Probe> beginRms(const ModelConfig& config);

} // namespace espalier
