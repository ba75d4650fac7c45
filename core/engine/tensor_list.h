// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model.h"

#include <vector>

namespace espalier {

/// The tensors that a file of this model would hold.
[[nodiscard]] std::vector<TensorInfo> tensorsToBe(const ModelConfig& config, Dtype dtype);

} // namespace espalier
