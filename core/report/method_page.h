// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/method.h"

#include <string>
#include <string_view>

namespace espalier {

/// "Shrink", "Grow", "Control".
[[nodiscard]] std::string_view titleOf(Direction direction);

/// What a method costs beyond copying its output under these (complete) options, measuring
/// included; empty: nothing.
[[nodiscard]] std::string costOf(const Method& method, const Options& options);

/// What a method asks for under these (complete) options and what it costs, for a person: "Needs
/// the mean |activation| of every channel (measured automatically). Costs one forward pass over the
/// calibration samples."
[[nodiscard]] std::string needsAndCost(const Method& method, const Options& options);

/// Paper, formula, reach, parameters, cost and evidence of a method as a section of Markdown, from
/// its catalog row alone.
[[nodiscard]] std::string methodPage(const Method& method);

/// The pages of all methods, in the order of the catalog, grouped by direction.
[[nodiscard]] std::string methodPages();

} // namespace espalier
