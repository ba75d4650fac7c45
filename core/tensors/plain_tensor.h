// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

namespace espalier {

/// What loops of our own can walk through: fp32 in one piece in main memory.
[[nodiscard]] inline bool isPlain(const at::Tensor& tensor)
{
    return tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous();
}

/// Nobody else can see the values, so they may be overwritten.
[[nodiscard]] inline bool isHeldOnce(const at::Tensor& tensor)
{
    return tensor.use_count() == 1 && tensor.storage().use_count() == 1;
}

} // namespace espalier
