// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <vector>

namespace espalier {

/// Where a student that was cut out of its teacher finds its own residual stream in the teacher's:
/// channel j is the teacher's channel channels[j], what leaves block i is what leaves the teacher's
/// block blocks[i]. So hidden states are compared without a projection to learn.
struct StreamMatch
{
    std::vector<std::int64_t> channels;
    std::vector<int> blocks;
    friend bool operator==(const StreamMatch&, const StreamMatch&) = default;
};

/// Refused: plans whose stream is no selection of the parent's (growth, rotated or random starts),
/// or whose blocks do not follow each other as the parent's do.
[[nodiscard]] Result<StreamMatch> streamMatchOf(const TransferPlan& plan);

/// What left a model's blocks in one forward pass, [B, T, D] by block.
using Streams = std::map<int, at::Tensor>;

/// Mean over the student's blocks of |x' - x|^2 / |x|^2, x being the teacher's stream at the
/// matching channels, norms over the whole batch; the teacher's are constants. Blocks that did not
/// run are left out; 0 if none did.
[[nodiscard]] at::Tensor hiddenStateLoss(
    const Streams& student, const Streams& teacher, const StreamMatch& match);

} // namespace espalier
