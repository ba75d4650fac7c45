// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/dtype.h"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <span>

namespace espalier {

[[nodiscard]] at::ScalarType scalarTypeOf(Dtype dtype);
/// The inverse; types that weight files cannot hold are our bug.
[[nodiscard]] Dtype dtypeOf(at::ScalarType type);

/// A tensor with storage of its own holding these bytes (little-endian, row-major, aligned or not).
/// There are as many as sizes and type need.
[[nodiscard]] at::Tensor tensorFromBytes(
    std::span<const std::byte> bytes, at::IntArrayRef sizes, Dtype dtype);

/// The bytes of a contiguous CPU tensor; valid as long as its storage.
[[nodiscard]] std::span<const std::byte> bytesOf(const at::Tensor& tensor);

} // namespace espalier
