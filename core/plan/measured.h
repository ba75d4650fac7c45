// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/measurements.h"

#include <span>
#include <string_view>
#include <vector>

namespace espalier {

/// Whether the values of the measurement with this id (core/measure/catalog.h) are there.
[[nodiscard]] bool holds(const Measurements& measurements, std::string_view id);

/// Those of `ids` whose values are not there; all of them without measurements.
[[nodiscard]] std::vector<std::string_view> missingFrom(
    const Measurements* measurements, std::span<const std::string_view> ids);

} // namespace espalier
