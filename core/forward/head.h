// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/taps.h"
#include "core/tensors/parameter_set.h"

namespace espalier {

/// What follows the trunk: class-attention blocks where there are any, final norm and head. Token
/// models: [B, T, vocab]. Classes, read off the first token: [B, classes], with a distillation head
/// the mean of both heads. Encoders: the normalised stream, [B, T, D].
[[nodiscard]] at::Tensor runHead(
    const ParameterSet& parameters, const at::Tensor& stream_BTD, const TapObserver& observer = {});

} // namespace espalier
