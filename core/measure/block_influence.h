// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// Block influence: 1 - the mean over tokens of the cosine between the stream that enters a block
/// and the one that leaves it; a stream of zeros has cosine 0 with everything. Source: Men et al.
/// 2024 (ShortGPT, arXiv 2403.03853), equation 1.
[[nodiscard]] std::unique_ptr<Probe> beginBlockInfluence(const ModelConfig& config);

} // namespace espalier
