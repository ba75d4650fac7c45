// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/engine/model.h"
#include "core/engine/session.h"
#include "core/storage/room.h"
#include "core/tensors/weight_source.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace espalier {

/// What a pass over a model needs beside its weights.
struct PassNeed
{
    std::int64_t memory = 0; ///< with all weights in memory
    Need byBlock = {}; ///< with one block at a time
    std::int64_t kept = 0; ///< of byBlock's memory, what is there while a block is read
    std::filesystem::path scratch = "."; ///< where byBlock.disk is wanted
};

/// The weights of a pass.
struct HeldWeights
{
    std::shared_ptr<const ParameterSet> all; ///< null: one block at a time
    std::unique_ptr<WeightSource> source; ///< never null
};

/// Settles how a pass holds the weights and makes them so. `doing` says what is to be done, as in
/// "measuring"; a person is told where memory makes it go block by block. Errors: Refused, for
/// OneBlock without files; Resource, with need and have; those of the files; Cancelled.
[[nodiscard]] Result<HeldWeights> holdWeights(const Model& model, WeightsHeld held,
    const PassNeed& need, std::string_view doing, const Progress& progress);

} // namespace espalier
