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

/// One of them: the class token after it, [B, 1, D]. `reads` sees what its attention reads,
/// [B, 1 + T, D] with the class token first, and what its MLP reads, [B, 1, D].
[[nodiscard]] at::Tensor runClassBlock(const ParameterSet& parameters, int block,
    const at::Tensor& class_B1D, const at::Tensor& stream_BTD, const TapObserver& observer = {},
    const TapObserver& reads = {});
/// What enters the first of them, [B, 1, D].
[[nodiscard]] at::Tensor classTokens(const ParameterSet& parameters, std::int64_t samples);

} // namespace espalier
