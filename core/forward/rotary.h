// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"

#include <ATen/core/Tensor.h>

namespace espalier {

/// Angles by which channel pairs turn, made once per batch and used by all blocks; undefined where
/// the flavour does not rotate. h' is half of the rotary dimension.
struct Rotation
{
    at::Tensor cos_T1h = {};
    at::Tensor sin_T1h = {};
};

/// Positions are the columns 0, 1, 2, …, padded or not. Angles are computed in fp32, as
/// transformers does, and then stored in the type of `like`.
[[nodiscard]] Rotation rotationOf(
    const ModelConfig& config, std::int64_t tokens, const at::TensorOptions& like);

/// Turns the first rotary channels of every head by its token's angles and leaves the rest;
/// [B, T, heads, h].
[[nodiscard]] at::Tensor rotated(const at::Tensor& heads_BTHh, const Rotation& rotation);

} // namespace espalier
