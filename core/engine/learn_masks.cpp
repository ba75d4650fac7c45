// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/learn_masks.h"

#include "core/engine/guard.h"
#include "core/engine/model_impl.h"
#include "core/plan/footprint.h"
#include "core/storage/room.h"
#include "core/training/mask_learner.h"

#include <filesystem>

namespace espalier {

namespace {

Status checkMemory(const ModelConfig& parent)
{
    const std::int64_t weights = footprintOf(parent, bytesPerElement(Dtype::F32)).bytes;
    return checkRoom({.disk = 0, .memory = 3 * weights},
        roomAt(std::filesystem::temp_directory_path()), "learning masks");
}

} // namespace

Result<LearnedMasks> learnMasks(const Model& parent, const ModelShape& target,
    const MaskLearning& settings, const DataSpec& spec, Seed seed, const Progress& progress)
{
    return guarded([&]() -> Result<LearnedMasks> {
        if (const Status fits = checkMemory(parent.config()); !fits)
            return fits.error();
        const Result<Dataset> data = parent.impl().data->open(spec, parent.config(), progress);
        if (!data)
            return data.error();
        if (const Status labels = data->requireLabels(); !labels)
            return labels.error();
        const Result<ParameterSet> parameters = parent.impl().parameters(progress);
        if (!parameters)
            return parameters.error();
        return espalier::learnMasks(
            *parameters, target,
            [&](std::int64_t step) { return data->trainingBatch(seed, step, settings.batch); },
            settings, seed, progress);
    });
}

} // namespace espalier
