// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// First-order Taylor scores of activations, at every place of ChannelScores: mean over tokens of
/// |a dL/da|, L being the loss summed over the predictions of a token's sample. Source: Molchanov
/// et al. 2017 (arXiv 1611.06440), section 2.2, per token.
[[nodiscard]] std::unique_ptr<Probe> beginActivationTaylor(const ModelConfig& config);

} // namespace espalier
