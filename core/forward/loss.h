// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/transformer.h"

#include <cstdint>

namespace espalier {

/// Labels flattened to one per row of flattened logits, int64. Causal language models predict the
/// next token: position t gets label t + 1, the last one of each sample, and padded ones, -100 (not
/// counted). Masked ones predict the labels as they stand. Encoders have no loss.
[[nodiscard]] at::Tensor targetsOf(const ModelConfig& config, const Batch& batch);

/// Predictions that count in a batch.
[[nodiscard]] std::int64_t predictionsIn(const at::Tensor& targets_N);

/// Mean cross-entropy in nats over the predictions that count; a differentiable scalar.
[[nodiscard]] at::Tensor lossFromLogits(const at::Tensor& logits, const at::Tensor& targets_N);

/// What training minimises: lossFromLogits(logitsOf(…), targetsOf(…)).
[[nodiscard]] at::Tensor lossOf(
    const ParameterSet& parameters, const Batch& batch, const ForwardOptions& options = {});

} // namespace espalier
