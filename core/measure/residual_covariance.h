// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// Uncentred second moment of the residual stream: of each of its taps (entering block 0, after
/// attention, after the MLP) E[x x'] divided by its trace, and the mean of these. Sums in fp64, one
/// [d, d] per tap. For a basis of principal components: SliceGPT (Ashkboos et al. 2024, arXiv
/// 2401.15024), section 3.3.
[[nodiscard]] std::unique_ptr<Probe> beginResidualCovariance(const ModelConfig& config);
/// What it keeps.
[[nodiscard]] std::int64_t residualCovarianceBytes(
    const ModelConfig& config, std::int64_t streamBytes, std::int64_t batches);

} // namespace espalier
