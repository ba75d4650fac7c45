// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// Mean |activation| of every residual channel (entering block 0, after attention's add, after the
/// MLP's add), head context channel and MLP hidden unit. Short stretches of tokens are summed in fp32,
/// these in fp64. Source: Samragh et al. 2023 (arXiv 2312.09299), section 4.1.
[[nodiscard]] std::unique_ptr<Probe> beginImportance(const ModelConfig& config);

} // namespace espalier
