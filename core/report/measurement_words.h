// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace espalier {

/// What a measurement (core/measure/catalog.h) finds out, as the end of "needs …": "the mean
/// |activation| of every channel". Empty for ids that are none.
[[nodiscard]] std::string_view wordsOf(std::string_view measurement);

/// What making these measurements together takes, as the end of "costs …": "one forward pass over
/// the calibration samples". Empty without any.
[[nodiscard]] std::string costOf(std::span<const std::string_view> measurements);

} // namespace espalier
