// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/dtype.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/engine/session.h"
#include "core/storage/room.h"
#include "core/tensors/parameter_set.h"

#include <filesystem>
#include <string_view>

namespace espalier {

/// The file that a format keeps weights in.
[[nodiscard]] std::string_view weightsFileName(ExportFormat format);

/// What writing and reading back needs: the file, and, one tensor at a time, its copies.
[[nodiscard]] Need needOfWeights(const ModelConfig& config, Dtype dtype);

/// Writes the weights into `folder` (core/storage/weights_file.h): as F32, F16 or BF16, HDF5 as F32
/// alone. Errors: Refused if a finite weight would become infinite in this type; Resource;
/// Cancelled.
[[nodiscard]] Status writeWeights(const ParameterSet& parameters, ExportFormat format, Dtype dtype,
    const std::filesystem::path& folder, const Progress& progress);

/// Reads what writeWeights wrote. The largest |difference| to the values in memory, both in the
/// written type; infinite where NaN met a number. Errors: Refused if a tensor is not there or has
/// another shape or type; Cancelled.
[[nodiscard]] Result<double> largestDifference(const ParameterSet& parameters, ExportFormat format,
    Dtype dtype, const std::filesystem::path& folder, const Progress& progress);

} // namespace espalier
