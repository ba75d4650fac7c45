// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/guard.h"
#include "core/engine/session.h"
#include "core/storage/measurement_store.h"

namespace espalier {

Status saveMeasurements(const Measurements& measurements, const std::filesystem::path& file)
{
    return guarded([&] { return writeMeasurements(measurements, file); });
}

Result<Measurements> loadMeasurements(const std::filesystem::path& file)
{
    return guarded([&] { return readMeasurements(file); });
}

} // namespace espalier
