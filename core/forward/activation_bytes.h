// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"

#include <cstdint>

namespace espalier {

/// The size of a batch, for estimates.
struct BatchSize
{
    std::int64_t samples = 0;
    std::int64_t tokens = 0; ///< of each sample, as the trunk has them
    bool padded = false; ///< some tokens are hidden from others
};

/// Bytes that a batch and its activations take in fp32, weights and their gradients not counted.
/// About, and rather more than less: they answer whether a pass fits into memory.
struct ActivationBytes
{
    std::int64_t input = 0; ///< token ids with what goes with them, or pixels
    std::int64_t stream = 0; ///< [B, T, D]
    std::int64_t mask = 0; ///< what all blocks share: which token sees which, and rotations
    std::int64_t block = 0; ///< one block at work, the streams in front of and behind it included
    std::int64_t head = 0; ///< what follows the trunk at work, logits and their loss included
    std::int64_t logits = 0; ///< the head's result
    /// What one of them keeps for its backward pass, with what that pass works with.
    std::int64_t blockGraph = 0;
    std::int64_t headGraph = 0;
};
[[nodiscard]] ActivationBytes activationBytes(const ModelConfig& config, const BatchSize& batch);

} // namespace espalier
