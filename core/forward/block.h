// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/attention.h"
#include "core/forward/taps.h"
#include "core/tensors/parameter_set.h"

namespace espalier {

/// One block of the trunk, laid out as the flavour says (see BlockLayout). [B, T, D] to [B, T, D].
[[nodiscard]] at::Tensor runBlock(const ParameterSet& parameters, int block,
    const at::Tensor& stream_BTD, const AttentionMask& mask, const TapObserver& observer = {});

/// The class-attention blocks behind the trunk (CaiT, Touvron et al. 2021, arXiv 2103.17239,
/// section 3): the class token joins here and reads itself and the stream, which stays as it left
/// the trunk. Observers see Context and MlpHidden of the class token, [B, 1, channels], and no
/// stream. The class token, [B, 1, D].
[[nodiscard]] at::Tensor runClassBlocks(
    const ParameterSet& parameters, const at::Tensor& stream_BTD, const TapObserver& observer = {});

} // namespace espalier
