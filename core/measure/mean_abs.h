// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// Mean |activation| of every channel at every place of ChannelScores. Short stretches of tokens
/// are summed in fp32, these in fp64. Source: Samragh et al. 2023 (arXiv 2312.09299), section 4.1.
[[nodiscard]] std::unique_ptr<Probe> beginMeanAbs(const ModelConfig& config);

} // namespace espalier
