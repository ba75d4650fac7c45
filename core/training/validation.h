// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/tensors/parameter_set.h"

#include <cstdint>
#include <optional>

namespace espalier {

struct ValidationResult
{
    double loss = 0; ///< mean cross-entropy, nats per predicted token or image
    std::optional<double> accuracy = std::nullopt; ///< image classification
    std::int64_t predictions = 0;
};

/// Loss on the first `samples` validation samples (0, or more than there are: all), in batches of
/// `batch`, without gradients; sums in double. NaN and infinities come out as they are. Errors:
/// Cancelled.
[[nodiscard]] Result<ValidationResult> validate(const ParameterSet& parameters, const Dataset& data,
    std::int64_t samples, std::int64_t batch, const Progress& progress = {});

} // namespace espalier
