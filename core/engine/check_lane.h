// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/engine/race.h"

namespace espalier {

/// Whether training matches hidden states with the parent's.
[[nodiscard]] bool comparesHiddenStates(const LaneSpec& lane);

/// Settings that no training can have, and such that do not go together. Refused, naming the lane.
[[nodiscard]] Status checkLane(const LaneSpec& lane);

/// Everything that can be said of a lane before anything is opened: what race.json refuses,
/// checkLane(), and all growth stages planned from `start`, the model that training begins with.
[[nodiscard]] Status checkPlannedLane(const LaneSpec& lane, const ModelConfig& start);

} // namespace espalier
