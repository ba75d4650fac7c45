// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/option.h"

#include "core/base/nearest_name.h"
#include "core/base/parse_number.h"
#include "core/base/untrusted_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace espalier {
namespace {

template <typename T> bool holds(const OptionValue& value)
{
    return std::holds_alternative<T>(value);
}

/// 0 to 0 is a spec without limits.
bool hasRange(const OptionSpec& spec)
{
    return spec.minimum != 0 || spec.maximum != 0;
}

bool inRange(const OptionSpec& spec, double value)
{
    return std::isfinite(value)
        && (!hasRange(spec) || (value >= spec.minimum && value <= spec.maximum));
}

bool isChoice(const OptionSpec& spec, std::string_view text)
{
    return spec.choices.empty()
        || std::any_of(spec.choices.begin(), spec.choices.end(),
            [&](const OptionChoice& choice) { return choice.id == text; });
}

std::string wantedBy(const OptionSpec& spec)
{
    const std::string range =
        hasRange(spec) ? fmt::format(" from {} to {}", spec.minimum, spec.maximum) : "";
    if (holds<bool>(spec.defaultValue))
        return "true or false";
    if (holds<std::int64_t>(spec.defaultValue))
        return "an integer" + range;
    if (holds<double>(spec.defaultValue))
        return "a number" + range;
    if (holds<std::vector<std::int64_t>>(spec.defaultValue))
        return fmt::format("integers{}, separated by commas", range);
    if (spec.choices.empty())
        return "text";
    std::vector<std::string_view> ids;
    for (const OptionChoice& choice : spec.choices)
        ids.push_back(choice.id);
    return fmt::format("one of {}", fmt::join(ids, ", "));
}

Error wrongValue(const OptionSpec& spec, std::string_view found)
{
    return refused(
        fmt::format("option {}: found {}, wanted {}", spec.key, inQuotes(found), wantedBy(spec)));
}

bool isAllowed(const OptionSpec& spec, const OptionValue& value)
{
    if (value.index() != spec.defaultValue.index())
        return false;
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return inRange(spec, static_cast<double>(*integer));
    if (const auto* number = std::get_if<double>(&value))
        return inRange(spec, *number);
    if (const auto* text = std::get_if<std::string>(&value))
        return isChoice(spec, *text);
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value))
        return std::all_of(list->begin(), list->end(),
            [&](std::int64_t entry) { return inRange(spec, static_cast<double>(entry)); });
    return true;
}

/// A whole number where a number is wanted is one ("scale": 2).
OptionValue converted(const OptionSpec& spec, const OptionValue& value)
{
    const auto* integer = std::get_if<std::int64_t>(&value);
    return integer && holds<double>(spec.defaultValue) ? OptionValue(static_cast<double>(*integer))
                                                       : value;
}

Error unknownKey(const std::vector<OptionSpec>& specs, std::string_view key)
{
    std::vector<std::string> known;
    for (const OptionSpec& spec : specs)
        known.emplace_back(spec.key);
    if (known.empty())
        return refused(fmt::format("option {}: this method has no options", inQuotes(key)));
    return refused(fmt::format("option {}: unknown, {}", inQuotes(key), correctionOf(key, known)));
}

std::string_view trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(' ');
    const std::size_t last = text.find_last_not_of(' ');
    return first == std::string_view::npos ? "" : text.substr(first, last - first + 1);
}

std::optional<std::vector<std::int64_t>> parseList(std::string_view text)
{
    std::vector<std::int64_t> list;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const auto entry = parseNumber<std::int64_t>(trimmed(text.substr(0, comma)));
        if (!entry || comma + 1 == text.size())
            return std::nullopt;
        list.push_back(*entry);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    return list;
}

std::optional<OptionValue> parseAs(const OptionValue& type, std::string_view text)
{
    if (holds<bool>(type)) {
        if (text != "true" && text != "false")
            return std::nullopt;
        return OptionValue(text == "true");
    }
    if (holds<std::int64_t>(type)) {
        const auto integer = parseNumber<std::int64_t>(text);
        return integer ? std::optional<OptionValue>(*integer) : std::nullopt;
    }
    if (holds<double>(type)) {
        const auto number = parseNumber<double>(text);
        return number ? std::optional<OptionValue>(*number) : std::nullopt;
    }
    if (holds<std::string>(type))
        return OptionValue(std::string(text));
    const auto list = parseList(text);
    return list ? std::optional<OptionValue>(*list) : std::nullopt;
}

} // namespace

Result<Options> completeOptions(const std::vector<OptionSpec>& specs, const Options& given)
{
    for (const auto& [key, value] : given)
        if (std::none_of(specs.begin(), specs.end(),
                [&](const OptionSpec& spec) { return spec.key == key; }))
            return unknownKey(specs, key);
    Options complete;
    for (const OptionSpec& spec : specs) {
        const auto found = given.find(spec.key);
        OptionValue value =
            found == given.end() ? spec.defaultValue : converted(spec, found->second);
        if (found != given.end() && !isAllowed(spec, value))
            return wrongValue(spec, toText(value));
        complete.emplace(spec.key, std::move(value));
    }
    return complete;
}

Result<OptionValue> parseOption(const OptionSpec& spec, std::string_view text)
{
    const std::optional<OptionValue> value = parseAs(spec.defaultValue, text);
    if (!value || !isAllowed(spec, *value))
        return wrongValue(spec, text);
    return *value;
}

std::string toText(const OptionValue& value)
{
    if (const auto* flag = std::get_if<bool>(&value))
        return *flag ? "true" : "false";
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return fmt::format("{}", *integer);
    if (const auto* number = std::get_if<double>(&value))
        return fmt::format("{}", *number);
    if (const auto* text = std::get_if<std::string>(&value))
        return *text;
    return fmt::format("{}", fmt::join(std::get<std::vector<std::int64_t>>(value), ","));
}

} // namespace espalier
