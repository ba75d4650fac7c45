// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>
#include <span>
#include <string_view>

namespace espalier {

/// A measurement: what it is called, what it computes, and how one is begun. Adding one is a file
/// and a row. Those that score channels bear the id under which Measurements keeps the scores.
struct MeasurementRow
{
    std::string_view id;
    std::string_view title;
    std::string_view formula;
    std::string_view paper;
    bool byDefault = false; ///< measured when nobody says what to measure
    bool labels = false; ///< needs a loss: labels, or token ids to predict
    bool gradients = false; ///< needs the loss's gradients: three times the work of a pass
    bool expensive = false; ///< takes many times a pass, or much memory
    std::unique_ptr<Probe> (*begin)(const ModelConfig& config);
    std::int64_t (*memory)(const ModelShape& shape) = nullptr; ///< bytes it keeps; none: few
};

[[nodiscard]] std::span<const MeasurementRow> measurementRows();

} // namespace espalier
