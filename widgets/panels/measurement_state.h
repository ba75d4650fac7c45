// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/intents.h"

namespace espalier {

class StateFrame;

/// Keeps a frame in the state of the measurements (empty, working, ready, stale, failed) and turns
/// its buttons into intents. `emptySentence` says what the picture needs them for.
void followMeasurements(
    StateFrame* frame, const ViewContext& context, const QString& emptySentence);

} // namespace espalier
