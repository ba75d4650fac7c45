// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// arccos(cos(x_l, x_l+n)) / pi for every run of n blocks, x_l being the stream that enters block
/// l: a mean over samples of the last token that is not padding in causal models (the one that has
/// seen all others), over all tokens otherwise. In fp64; a stream of zeros is at 1/2 from
/// everything. Source: Gromov et al. 2024 (arXiv 2403.17887), section 3.2.
[[nodiscard]] std::unique_ptr<Probe> beginAngularDistance(const ModelConfig& config);
/// Streams of one batch, or of its last tokens.
[[nodiscard]] std::int64_t angularDistanceBytes(
    const ModelConfig& config, std::int64_t streamBytes, std::int64_t batches);

} // namespace espalier
