// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensors/stored_model.h"

#include <functional>
#include <span>

namespace espalier {

/// Shows one parameter's values, as fp32 in the order of its logical layout (row-major), piece by
/// piece: what loadParameter() gives, without holding it. A tensor that lies transposed is held
/// whole, as stored; one with interleaved heads too, as fp32. Errors: those of the file.
[[nodiscard]] Status visitValues(const StoredModel& model, ParameterId id,
    const std::function<void(std::span<const float> piece)>& visit);

} // namespace espalier
