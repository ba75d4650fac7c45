// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"
#include "core/base/result.h"
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

} // namespace espalier
