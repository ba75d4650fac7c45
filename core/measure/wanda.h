// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// Wanda's scores of weights, added up per input channel: sum over consumers of sum over their rows
/// i of |W_ij| |X_j|, where |X_j| is the L2 norm over all tokens of what the consumer reads. Of the
/// layers inside blocks; the paper leaves embedding and head alone. See axis_members.h for where a
/// consumer's scores count. Source: Sun et al. 2023 (arXiv 2306.11695), section 3.
[[nodiscard]] std::unique_ptr<Probe> beginWanda(const ModelConfig& config);

} // namespace espalier
