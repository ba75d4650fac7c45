// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/storage/safetensors_writer.h"

#include <ATen/core/Tensor.h>

namespace espalier {

/// The bytes of a contiguous CPU tensor, which they keep.
[[nodiscard]] SourceBytes sourceBytesOf(at::Tensor tensor);

} // namespace espalier
