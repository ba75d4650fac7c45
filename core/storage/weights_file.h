// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/tensors/parameter_set.h"

#include <filesystem>

namespace espalier {

/// Writes model.safetensors as stock tools read it: every tensor of the family's table, in this
/// type (fp32, fp16 or bf16), metadata {"format": "pt"}. The same weights give the same bytes.
/// Errors: Resource, Cancelled.
[[nodiscard]] Status writeWeightsFile(const std::filesystem::path& file,
    const ParameterSet& parameters, at::ScalarType type, const Progress& progress = {});

/// One .h5 that holds a model: /@format = "espalier model 1", /@config (config.json's text), and
/// every tensor of the family's table as /tensors/<name>, float32, laid out as in a weight file.
/// Errors: Resource.
[[nodiscard]] Status writeModelHdf5(
    const std::filesystem::path& file, const ParameterSet& parameters);
/// Reads it back. Errors: Refused, naming file and tensor.
[[nodiscard]] Result<ParameterSet> readModelHdf5(const std::filesystem::path& file);

} // namespace espalier
