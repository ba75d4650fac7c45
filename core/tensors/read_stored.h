// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/dtype.h"
#include "core/base/result.h"
#include "core/tensors/stored_tensor.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace espalier {

/// The type if weights may have it: F32, F16 or BF16.
[[nodiscard]] std::optional<Dtype> weightTypeOf(const StoredTensor& stored);

/// `count` values from the `begin`th on (row-major), as fp32, in one dimension. The type is one
/// that weights may have. Errors: those of the file.
[[nodiscard]] Result<at::Tensor> readFloats(
    const StoredTensor& stored, std::int64_t begin, std::int64_t count);
/// All of them in the tensor's sizes.
[[nodiscard]] Result<at::Tensor> readFloats(const StoredTensor& stored);

/// Are all values of two tensors of the same sizes equal? Reads them piece by piece.
[[nodiscard]] Result<bool> haveEqualValues(const StoredTensor& a, const StoredTensor& b);

} // namespace espalier
