// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// The order in which blocks go when each time that one goes without which the loss is least (the
/// first of equals), and the loss after each, down to no block at all. N (N + 1) / 2 losses, each
/// run from the removed block on; all batches are kept. Needs labels or token ids. Source: SLEB
/// (Song et al. 2024, arXiv 2402.09025).
[[nodiscard]] std::unique_ptr<Probe> beginGreedyRemoval(const ModelConfig& config);
/// One stream of every batch, and all streams of one.
[[nodiscard]] std::int64_t greedyRemovalBytes(
    const ModelConfig& config, std::int64_t streamBytes, std::int64_t batches);

} // namespace espalier
