// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/keep_axes.h"
#include "core/methods/keep_depth.h"
#include "core/methods/rescale.h"

#include <cstdint>
#include <string_view>

namespace espalier {

/// What a method that keeps a part of its parent decides.
struct ShrinkRules
{
    WidthRule width = {.order = Order::First}; ///< nothing to decide at the parent's width
    DepthRule depth = {};
    ScaleRule scale = {.scale = Scale::None};
};

[[nodiscard]] MethodNeeds needsOf(const ShrinkRules& rules);

/// Blocks, then axes, then factors.
[[nodiscard]] Result<TransferPlan> planShrink(
    std::string_view method, const PlanRequest& request, const ShrinkRules& rules);

/// An option whose choices are a table's.
template <typename Value, std::size_t n>
[[nodiscard]] OptionSpec choiceOption(std::string_view key, std::string_view title,
    std::string_view help, std::string_view defaultId, const std::array<Meaning<Value>, n>& table)
{
    return {.key = key,
        .title = title,
        .help = help,
        .defaultValue = std::string(defaultId),
        .choices = choicesOf(table)};
}

/// How many blocks at one end are never removed.
[[nodiscard]] OptionSpec protectOption(
    std::string_view key, std::string_view title, std::int64_t blocks);

} // namespace espalier
