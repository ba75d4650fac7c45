// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/tensors/parameter_set.h"

#include <functional>
#include <string_view>

namespace espalier {

/// Every parameter of a model, made one after another. Reports the share that is there, as `stage`.
/// Errors: the maker's; Cancelled.
[[nodiscard]] Result<ParameterSet> makeParameters(const ModelConfig& config,
    const std::function<Result<at::Tensor>(ParameterId)>& make, std::string_view stage,
    const Progress& progress);

} // namespace espalier
