// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/measure/catalog.h"

#include <functional>
#include <string_view>
#include <vector>

namespace espalier {

/// One pass over `batches` batches, each made by batchAt(0), batchAt(1), …, for the measurements
/// with these ids (rows of the catalog); with gradients if one of them needs any. Fills tokens,
/// samples and the measurements' own fields; parentHash and data are the caller's, and so is it to
/// give labels to measurements that need them. Errors: Cancelled.
[[nodiscard]] Result<Measurements> runMeasurements(const ParameterSet& parameters,
    std::int64_t batches, const std::function<Batch(std::int64_t)>& batchAt,
    const std::vector<std::string_view>& ids, const Progress& progress = {});
/// The same, to the bit, with weights that come block by block, for measurements without gradients.
/// Every batch asks for every block once, those of block losses about as often again: larger
/// batches read less. Errors: those of the weights' files too.
[[nodiscard]] Result<Measurements> runMeasurements(WeightSource& weights, std::int64_t batches,
    const std::function<Batch(std::int64_t)>& batchAt, const std::vector<std::string_view>& ids,
    const Progress& progress = {});

} // namespace espalier
