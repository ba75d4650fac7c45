// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// E[a a'] of what each block's output and down projections read, padding left out; class-attention
/// blocks, whose mean is over samples, come behind the trunk's. Sums in fp64. For ridge
/// compensation: the projections are linear, so least squares on the parent's own activations say
/// how kept channels stand in for dropped ones.
[[nodiscard]] std::unique_ptr<Probe> beginProjectionMoments(const ModelConfig& config);
/// What it keeps.
[[nodiscard]] std::int64_t projectionMomentBytes(
    const ModelConfig& config, std::int64_t streamBytes, std::int64_t batches);

} // namespace espalier
