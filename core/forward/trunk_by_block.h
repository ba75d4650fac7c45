// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/forward/transformer.h"
#include "core/tensors/weight_source.h"

#include <span>
#include <vector>

namespace espalier {

/// runTrunk() of every batch over weights that may come block by block; the same to the bit. All
/// batches pass a block before the next one is asked for, so that it is read once for all of them:
/// their streams are held at a time. Observers see the batches in turn at every block. Reports the
/// share of blocks passed. Errors: those of the weights' files, Cancelled. [B, T, D] each.
[[nodiscard]] Result<std::vector<at::Tensor>> runTrunks(WeightSource& weights,
    std::span<const Batch> batches, const TapObserver& observer = {},
    const Progress& progress = {});
/// Of one batch.
[[nodiscard]] Result<at::Tensor> runTrunk(WeightSource& weights, const Batch& batch,
    const TapObserver& observer = {}, const Progress& progress = {});

} // namespace espalier
