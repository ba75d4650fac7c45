// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/tensors/weight_source.h"

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
/// The same, to the bit, with weights that may come block by block: each block is asked for once
/// for every `together` batches, whose streams are held at a time. Errors: those of the weights'
/// files too.
[[nodiscard]] Result<ValidationResult> validate(WeightSource& weights, const Dataset& data,
    std::int64_t samples, std::int64_t batch, std::int64_t together, const Progress& progress = {});

} // namespace espalier
