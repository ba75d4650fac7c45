// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// First-order Taylor scores of structures: |w dL/dw| summed over everything that goes when a
/// channel goes, L being the mean loss over all predictions of the pass (one gradient of the whole,
/// not one per batch). Tables, biases and norms take part. See axis_members.h for where they count.
/// Source: LLM-Pruner (Ma et al. 2023, arXiv 2305.11627), section 3.2, and Torch-Pruning's group
/// Taylor.
[[nodiscard]] std::unique_ptr<Probe> beginTaylor(const ModelConfig& config);

} // namespace espalier
