// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// Variance over tokens of every channel at every place of ChannelScores. Sums are taken of
/// distances from the mean of the first batch, so that channels far from 0 lose no digits.
[[nodiscard]] std::unique_ptr<Probe> beginVariance(const ModelConfig& config);

} // namespace espalier
