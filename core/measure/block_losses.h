// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// Loss of the unchanged model, with each block left out and with each block run twice; nats per
/// prediction. The streams that enter the blocks are kept, so that leaving out block l of N runs
/// only the N - l - 1 blocks behind it: about N blocks per loss less than running each variant
/// whole. Needs labels or token ids.
[[nodiscard]] std::unique_ptr<Probe> beginBlockLosses(const ModelConfig& config);

} // namespace espalier
