// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/fit_scales.h"

#include "core/engine/calibration.h"
#include "core/engine/guard.h"
#include "core/engine/model_data.h"
#include "core/engine/model_impl.h"
#include "core/forward/activation_bytes.h"
#include "core/plan/footprint.h"
#include "core/storage/room.h"
#include "core/training/scale_fitter.h"

namespace espalier {

namespace {

std::vector<Batch> batchesOf(const Dataset& data, const MeasureSettings& settings)
{
    std::vector<Batch> batches;
    for (std::int64_t i = 0; i < calibrationBatches(data, settings); ++i)
        batches.push_back(calibrationBatch(data, settings, i));
    return batches;
}

/// All batches walk through both models together.
Status checkMemory(const Model& parent, const ModelConfig& child, const Dataset& data,
    const MeasureSettings& settings)
{
    std::int64_t memory =
        parent.impl().bytesToLoad() + 2 * footprintOf(child, bytesPerElement(Dtype::F32)).bytes;
    for (const ModelConfig& config : {parent.config(), child}) {
        const ActivationBytes batch =
            activationBytes(config, batchSizeOf(data, config, settings.batch));
        memory += calibrationBatches(data, settings) * (batch.input + batch.mask + batch.stream)
            + batch.block;
    }
    return checkRoom({.memory = memory}, roomAt("."), "fitting scales");
}

} // namespace

Result<TransferPlan> fitScales(const Model& parent, TransferPlan plan,
    const MeasureSettings& settings, ScaleFit fit, const Progress& progress)
{
    return guarded([&]() -> Result<TransferPlan> {
        const Result<Dataset> data =
            parent.impl().data->open(settings.data, parent.config(), progress);
        if (!data)
            return data.error();
        if (const Status fits = checkMemory(parent, plan.child, *data, settings); !fits)
            return fits.error();
        const Result<ParameterSet> parameters = parent.impl().parameters(progress);
        if (!parameters)
            return parameters.error();
        return espalier::fitScales(
            std::move(plan), *parameters, batchesOf(*data, settings), fit, progress);
    });
}

} // namespace espalier
