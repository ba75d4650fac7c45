// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// How far a part moves the stream: the mean over tokens of |f(x)| / |x + f(x)|, Euclidean norms
/// over channels, for each block (f = attention and MLP together), its attention and its MLP. A
/// batch's ratios are summed in fp64. Source: Samragh et al. 2023 (arXiv 2312.09299), section 3,
/// figure 2.
[[nodiscard]] std::unique_ptr<Probe> beginResidualChange(const ModelConfig& config);

} // namespace espalier
