// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// Minitron's scores, at every place of ChannelScores: the mean over a sample's tokens of |a|,
/// squared, summed over samples, and the root of that. Source: Muralidharan et al. 2024 (arXiv
/// 2407.14679), section 2.2: mean over the sequence, L2 over the batch.
[[nodiscard]] std::unique_ptr<Probe> beginMinitron(const ModelConfig& config);

} // namespace espalier
