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

/// All of them as they lie in the file, in its type.
[[nodiscard]] Result<at::Tensor> readRaw(const StoredTensor& stored);

/// Reads values of one tensor again and again into the same memory.
class FloatReader
{
public:
    explicit FloatReader(const StoredTensor& stored)
        : m_stored(stored)
    {
    }
    /// As readFloats(); valid until the next call.
    [[nodiscard]] Result<const float*> read(std::int64_t begin, std::int64_t count);

private:
    const StoredTensor& m_stored;
    at::Tensor m_raw; ///< as they lie in the file
    at::Tensor m_floats; ///< the same as fp32, where the file has another type
};

/// Are all values of two tensors of the same sizes equal? Reads them piece by piece.
[[nodiscard]] Result<bool> haveEqualValues(const StoredTensor& a, const StoredTensor& b);

} // namespace espalier
