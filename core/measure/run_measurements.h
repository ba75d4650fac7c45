// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/measure/catalog.h"
#include "core/measure/gradient_pass.h"

#include <filesystem>
#include <string_view>
#include <vector>

namespace espalier {

/// Passes over these batches for the measurements with these ids (rows of the catalog): there and
/// back for those that need gradients, then there for the others. Fills tokens, samples and the
/// measurements' own fields; parentHash and data are the caller's, and so is it to give labels to
/// measurements that need them. Errors: Cancelled.
[[nodiscard]] Result<Measurements> runMeasurements(const ParameterSet& parameters,
    const PassBatches& batches, const std::vector<std::string_view>& ids,
    const Progress& progress = {});
/// The same, to the bit but for what core/measure/gradient_pass.h says, with weights that come
/// block by block. Without gradients every batch asks for every block once, those of block losses
/// about as often again: larger batches read less. Gradients ask for every block twice in all and
/// put streams aside in `scratch`. Errors: those of the files, too.
[[nodiscard]] Result<Measurements> runMeasurements(WeightSource& weights,
    const PassBatches& batches, const std::vector<std::string_view>& ids,
    const std::filesystem::path& scratch, const Progress& progress = {});

} // namespace espalier
