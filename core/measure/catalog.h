// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"
#include "core/plan/measurement_facts.h"

#include <memory>
#include <span>

namespace espalier {

/// How a measurement is begun. Adding one is a file, a row here and one of facts.
struct MeasurementRow
{
    const MeasurementFacts* facts; ///< never null
    std::unique_ptr<Probe> (*begin)(const ModelConfig& config);
    /// Bytes that it takes beside the pass itself; none: few. `streamBytes`: of one batch.
    std::int64_t (*memory)(
        const ModelConfig& config, std::int64_t streamBytes, std::int64_t batches) = nullptr;
};

/// In the order of measurementFacts().
[[nodiscard]] std::span<const MeasurementRow> measurementRows();

} // namespace espalier
