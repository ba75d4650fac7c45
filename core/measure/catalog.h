// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>
#include <span>
#include <string_view>

namespace espalier {

/// A measurement: what it is called, what it computes, and how one is begun. Adding one is a file
/// and a row.
struct MeasurementRow
{
    std::string_view id;
    std::string_view title;
    std::string_view formula;
    std::string_view paper;
    std::unique_ptr<Probe> (*begin)(const ModelConfig& config);
};

[[nodiscard]] std::span<const MeasurementRow> measurementRows();

} // namespace espalier
