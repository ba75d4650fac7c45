// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/tensors/parameter_set.h"
#include "core/tensors/stored_tensor.h"

#include <optional>
#include <vector>

namespace espalier {

/// Which parameter each stored tensor holds; none for what the model does not read and for copies.
/// One entry per tensor of `stored`.
struct TensorAssignment
{
    std::vector<std::optional<DiskTensor>> byStored;
    /// What a tensor repeats, whose values must be the same: a tied head, a second name.
    std::vector<std::optional<DiskTensor>> copies;
};

/// Matches a file's tensors with the family's table; reads no values. Names may carry any of the
/// family's prefixes or none, and be older ones. Refused, naming file, tensor, found and wanted:
/// missing, unexpected and mis-shaped tensors, element types other than F32, F16, BF16.
[[nodiscard]] Result<TensorAssignment> assignTensors(
    const ModelConfig& config, const std::vector<StoredTensor>& stored);

/// Reads every parameter as fp32 in its logical layout: transposed, flattened, fused parts joined.
/// Errors: as assignTensors; a copy with other values.
[[nodiscard]] Result<ParameterSet> loadParameters(const ModelConfig& config,
    const std::vector<StoredTensor>& stored, const Progress& progress = {});

/// The inverse for one tensor: values of `disk.parameter` as they lie on disk, contiguous, in this
/// type. fp16 and bf16 round to nearest even; values beyond fp16's range become infinite.
[[nodiscard]] at::Tensor toDiskLayout(
    const ParameterSet& parameters, const DiskTensor& disk, at::ScalarType type);

} // namespace espalier
