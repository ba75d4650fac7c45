// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expect.h"
#include "core/methods/option.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace espalier {

/// A choice of an option with the value that it stands for.
template <typename Value> struct Meaning
{
    Value value;
    std::string_view id;
    std::string_view title;
};

template <typename Value, std::size_t n>
[[nodiscard]] std::vector<OptionChoice> choicesOf(const std::array<Meaning<Value>, n>& table)
{
    std::vector<OptionChoice> choices;
    for (const Meaning<Value>& row : table)
        choices.push_back({row.id, row.title});
    return choices;
}

/// What a completed option stands for; the table holds all of its choices.
template <typename Value, std::size_t n>
[[nodiscard]] Value meantBy(
    const Options& options, std::string_view key, const std::array<Meaning<Value>, n>& table)
{
    const std::string& id = std::get<std::string>(options.find(key)->second);
    const auto row = std::find_if(
        table.begin(), table.end(), [&](const Meaning<Value>& each) { return each.id == id; });
    ESPALIER_EXPECT(row != table.end(), "completed options hold known choices");
    return row->value;
}

} // namespace espalier
