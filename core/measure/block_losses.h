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
/// Streams of one batch.
[[nodiscard]] std::int64_t blockLossesBytes(
    const ModelConfig& config, std::int64_t streamBytes, std::int64_t batches);

} // namespace espalier
