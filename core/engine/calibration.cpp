// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/calibration.h"

#include <algorithm>

namespace espalier {

namespace {

std::int64_t samplesOf(const Dataset& data, const MeasureSettings& settings)
{
    return std::min(settings.samples, data.samples(Split::Train));
}

} // namespace

std::int64_t calibrationBatches(const Dataset& data, const MeasureSettings& settings)
{
    return (samplesOf(data, settings) + settings.batch - 1) / settings.batch;
}

Batch calibrationBatch(const Dataset& data, const MeasureSettings& settings, std::int64_t i)
{
    const std::int64_t first = i * settings.batch;
    return data.batch(
        Split::Train, first, std::min(settings.batch, samplesOf(data, settings) - first));
}

} // namespace espalier
