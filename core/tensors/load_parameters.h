// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/tensors/parameter_set.h"
#include "core/tensors/stored_tensor.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace espalier {

/// A tensor of the files and what it is.
struct StoredPart
{
    const StoredTensor* tensor = nullptr;
    const DiskTensor* disk = nullptr;
};

/// One parameter as fp32 in its logical layout, of the one tensor that holds it or of all that
/// hold its segments, in their order. Errors: those of the file.
[[nodiscard]] Result<at::Tensor> loadParameter(
    const ModelConfig& config, const std::vector<StoredPart>& parts);

/// Reads every parameter as fp32 in its logical layout: transposed, flattened, fused parts joined.
/// Errors: as assignTensors; a copy with other values.
[[nodiscard]] Result<ParameterSet> loadParameters(const ModelConfig& config,
    const std::vector<StoredTensor>& stored, const Progress& progress = {});

/// The inverse for one tensor: values of `disk.parameter` as they lie on disk, contiguous, in this
/// type. fp16 and bf16 round to nearest even; values beyond fp16's range become infinite.
[[nodiscard]] at::Tensor toDiskLayout(
    const ParameterSet& parameters, const DiskTensor& disk, at::ScalarType type);

} // namespace espalier
