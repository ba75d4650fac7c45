// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace espalier {

/// A method's parameter value. Lists are block indices and the like.
using OptionValue =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>>;

struct OptionChoice
{
    std::string_view id;
    std::string_view title;
};

/// A typed parameter of a method: forms, --set and documentation are made from it.
/// The type is the alternative that `defaultValue` holds; a string is one of `choices`.
struct OptionSpec
{
    std::string_view key;
    std::string_view title;
    std::string_view help; ///< what it does, formula, section of the paper
    OptionValue defaultValue;
    double minimum = 0; ///< for numbers and list entries
    double maximum = 0;
    std::vector<OptionChoice> choices = {};
    std::string_view onlyWhenKey = {}; ///< shown only while that option …
    std::string_view onlyWhenValue = {}; ///< … has this choice
};

using Options = std::map<std::string, OptionValue, std::less<>>;

/// Every spec's value: the given one, checked, or the default. Refused: unknown key (naming the
/// nearest), wrong type, out of range, not among the choices.
[[nodiscard]] Result<Options> completeOptions(
    const std::vector<OptionSpec>& specs, const Options& given);

/// Reads the value of --set key=value by the type of the spec; lists are comma-separated, an empty
/// text is the empty list.
[[nodiscard]] Result<OptionValue> parseOption(const OptionSpec& spec, std::string_view text);
[[nodiscard]] std::string toText(const OptionValue& value);

} // namespace espalier
