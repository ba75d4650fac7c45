// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"

namespace espalier {

/// What a model costs. FLOPs count a multiply-add as two and follow the matrix products of the
/// forward pass, attention scores included (uncut by the causal mask); training is three times
/// forward (backward = 2 x forward).
struct Footprint
{
    std::int64_t parameters = 0; ///< a tied head counts once
    std::int64_t bytes = 0; ///< of the weights at `bytesPerParameter`
    double forwardFlops =
        0; ///< per token (language models, at a context of shape.positions) or per image
    double trainingFlops = 0; ///< the same, forward and backward
    std::int64_t kvCacheBytesPerToken =
        0; ///< keys and values of all blocks at `bytesPerParameter`; 0 for image models
    friend bool operator==(const Footprint&, const Footprint&) = default;
};

[[nodiscard]] Footprint footprintOf(const ModelConfig& config, std::int64_t bytesPerParameter);

} // namespace espalier
