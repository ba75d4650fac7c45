// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/json_reader.h"

#include "core/base/nearest_name.h"
#include "core/base/untrusted_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace espalier {

namespace {

using nlohmann::json;

/// What a value is, short enough for one line.
std::string describeValue(const json& value)
{
    switch (value.type()) {
    case json::value_t::object:
        return "an object";
    case json::value_t::array:
        return fmt::format("an array of {}", value.size());
    case json::value_t::string:
        return inQuotes(value.get_ref<const std::string&>());
    default:
        return value.dump();
    }
}

/// Exact: a number written with a point, an exponent or more than 64 bits is not an integer.
std::optional<std::int64_t> asInteger(const json& value, std::int64_t min, std::int64_t max)
{
    if (!value.is_number_integer())
        return std::nullopt;
    if (value.is_number_unsigned() && !std::in_range<std::int64_t>(value.get<std::uint64_t>()))
        return std::nullopt;
    const auto number = value.get<std::int64_t>();
    return number >= min && number <= max ? std::optional(number) : std::nullopt;
}

std::optional<double> asNumber(const json& value, double min, double max)
{
    if (!value.is_number())
        return std::nullopt;
    const auto number = value.get<double>();
    return std::isfinite(number) && number >= min && number <= max ? std::optional(number)
                                                                   : std::nullopt;
}

std::optional<std::string> asString(const json& value)
{
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

std::string integerWanted(std::int64_t min, std::int64_t max)
{
    return fmt::format("an integer from {} to {}", min, max);
}

std::string numberWanted(double min, double max)
{
    const bool hasMin = min != std::numeric_limits<double>::lowest();
    const bool hasMax = max != std::numeric_limits<double>::max();
    if (hasMin && hasMax)
        return fmt::format("a number from {} to {}", min, max);
    return hasMin ? fmt::format("a number, at least {}", min)
        : hasMax  ? fmt::format("a number, at most {}", max)
                  : "a number";
}

} // namespace

ObjectReader::ObjectReader(JsonReader& reader, const json* object, std::string path)
    : m_reader(reader)
    , m_object(object)
    , m_path(std::move(path))
{
}

bool ObjectReader::has(std::string_view key) const
{
    if (!m_object)
        return false;
    const auto found = m_object->find(std::string(key));
    return found != m_object->end() && !found->is_null();
}

bool ObjectReader::isNull(std::string_view key) const
{
    if (!m_object)
        return false;
    const auto found = m_object->find(std::string(key));
    return found != m_object->end() && found->is_null();
}

std::vector<std::string> ObjectReader::keys() const
{
    std::vector<std::string> names;
    if (m_object)
        for (const auto& item : m_object->items())
            names.push_back(item.key());
    return names;
}

std::string ObjectReader::pathOf(std::string_view key) const
{
    return m_path.empty() ? std::string(key) : fmt::format("{}.{}", m_path, key);
}

std::vector<std::string> ObjectReader::unreadKeys() const
{
    std::vector<std::string> unread = keys();
    std::erase_if(unread, [this](const std::string& key) { return m_known.contains(key); });
    return unread;
}

const json* ObjectReader::take(std::string_view key)
{
    m_known.emplace(key);
    return has(key) ? &*m_object->find(std::string(key)) : nullptr;
}

const json* ObjectReader::takeRequired(std::string_view key, std::string_view wanted)
{
    const json* const value = take(key);
    if (!value && m_object) {
        const auto nearest = nearestName(key, unreadKeys());
        m_reader.refuse(pathOf(key),
            nearest ? fmt::format("nothing (but {})", inQuotes(*nearest)) : "nothing", wanted);
    }
    return value;
}

const json* ObjectReader::takeArray(std::string_view key, bool required, std::string_view wanted)
{
    const json* const value = required ? takeRequired(key, wanted) : take(key);
    if (value && !value->is_array()) {
        m_reader.refuse(pathOf(key), describeValue(*value), wanted);
        return nullptr;
    }
    return value;
}

std::int64_t ObjectReader::requiredInteger(std::string_view key, std::int64_t min, std::int64_t max)
{
    return takeRequired(key, integerWanted(min, max)) ? optionalInteger(key, min, max).value_or(min)
                                                      : min;
}

std::optional<std::int64_t> ObjectReader::optionalInteger(
    std::string_view key, std::int64_t min, std::int64_t max)
{
    const json* const value = take(key);
    if (!value)
        return std::nullopt;
    const auto number = asInteger(*value, min, max);
    if (!number)
        refuse(key, integerWanted(min, max));
    return number;
}

double ObjectReader::requiredNumber(std::string_view key, double min, double max)
{
    return takeRequired(key, numberWanted(min, max)) ? optionalNumber(key, min, max).value_or(min)
                                                     : min;
}

std::optional<double> ObjectReader::optionalNumber(std::string_view key, double min, double max)
{
    const json* const value = take(key);
    if (!value)
        return std::nullopt;
    const auto number = asNumber(*value, min, max);
    if (!number)
        refuse(key, numberWanted(min, max));
    return number;
}

bool ObjectReader::requiredBool(std::string_view key)
{
    return takeRequired(key, "true or false") && optionalBool(key).value_or(false);
}

std::optional<bool> ObjectReader::optionalBool(std::string_view key)
{
    const json* const value = take(key);
    if (!value)
        return std::nullopt;
    if (value->is_boolean())
        return value->get<bool>();
    refuse(key, "true or false");
    return std::nullopt;
}

std::string ObjectReader::requiredString(std::string_view key)
{
    return takeRequired(key, "a string") ? optionalString(key).value_or("") : "";
}

std::optional<std::string> ObjectReader::optionalString(std::string_view key)
{
    const json* const value = take(key);
    if (!value)
        return std::nullopt;
    auto text = asString(*value);
    if (!text)
        refuse(key, "a string");
    return text;
}

std::size_t ObjectReader::requiredChoice(std::string_view key, std::span<const std::string> choices)
{
    const std::string wanted = fmt::format("one of {}", fmt::join(choices, ", "));
    return takeRequired(key, wanted) ? optionalChoice(key, choices).value_or(0) : 0;
}

std::optional<std::size_t> ObjectReader::optionalChoice(
    std::string_view key, std::span<const std::string> choices)
{
    const json* const value = take(key);
    if (!value)
        return std::nullopt;
    const auto found = std::find(choices.begin(), choices.end(), asString(*value).value_or(""));
    if (value->is_string() && found != choices.end())
        return static_cast<std::size_t>(found - choices.begin());
    refuse(key, fmt::format("one of {}", fmt::join(choices, ", ")));
    return std::nullopt;
}

ObjectReader& ObjectReader::requiredObject(std::string_view key)
{
    ObjectReader* const object = takeRequired(key, "an object") ? optionalObject(key) : nullptr;
    return object ? *object : m_reader.addObject(nullptr, pathOf(key));
}

ObjectReader* ObjectReader::optionalObject(std::string_view key)
{
    const json* const value = take(key);
    if (!value)
        return nullptr;
    if (value->is_object())
        return &m_reader.addObject(value, pathOf(key));
    refuse(key, "an object");
    return nullptr;
}

std::vector<ObjectReader*> ObjectReader::requiredObjects(std::string_view key)
{
    return readObjects(takeArray(key, true, "an array of objects"), key);
}

std::vector<ObjectReader*> ObjectReader::optionalObjects(std::string_view key)
{
    return readObjects(takeArray(key, false, "an array of objects"), key);
}

std::vector<ObjectReader*> ObjectReader::readObjects(const json* array, std::string_view key)
{
    std::vector<ObjectReader*> objects;
    for (std::size_t i = 0; array && i < array->size(); ++i) {
        const json& value = (*array)[i];
        std::string path = fmt::format("{}[{}]", pathOf(key), i);
        if (value.is_object())
            objects.push_back(&m_reader.addObject(&value, std::move(path)));
        else
            m_reader.refuse(path, describeValue(value), "an object");
    }
    return objects;
}

std::vector<std::int64_t> ObjectReader::requiredIntegers(
    std::string_view key, std::int64_t min, std::int64_t max)
{
    if (!takeRequired(key, "an array of integers"))
        return {};
    return optionalIntegers(key, min, max).value_or(std::vector<std::int64_t>());
}

std::optional<std::vector<std::int64_t>> ObjectReader::optionalIntegers(
    std::string_view key, std::int64_t min, std::int64_t max)
{
    const json* const array = takeArray(key, false, "an array of integers");
    if (!array)
        return std::nullopt;
    std::vector<std::int64_t> numbers;
    for (const json& value : *array) {
        const auto number = asInteger(value, min, max);
        if (!number)
            m_reader.refuse(fmt::format("{}[{}]", pathOf(key), numbers.size()),
                describeValue(value), integerWanted(min, max));
        numbers.push_back(number.value_or(min));
    }
    return numbers;
}

std::vector<double> ObjectReader::requiredNumbers(std::string_view key)
{
    if (!takeRequired(key, "an array of numbers"))
        return {};
    return optionalNumbers(key).value_or(std::vector<double>());
}

std::optional<std::vector<double>> ObjectReader::optionalNumbers(std::string_view key)
{
    const json* const array = takeArray(key, false, "an array of numbers");
    if (!array)
        return std::nullopt;
    std::vector<double> numbers;
    for (const json& value : *array) {
        const auto number = asNumber(
            value, std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max());
        if (!number)
            m_reader.refuse(fmt::format("{}[{}]", pathOf(key), numbers.size()),
                describeValue(value), "a number");
        numbers.push_back(number.value_or(0.0));
    }
    return numbers;
}

std::vector<std::string> ObjectReader::requiredStrings(std::string_view key)
{
    if (!takeRequired(key, "an array of strings"))
        return {};
    return optionalStrings(key).value_or(std::vector<std::string>());
}

std::optional<std::vector<std::string>> ObjectReader::optionalStrings(std::string_view key)
{
    const json* const array = takeArray(key, false, "an array of strings");
    if (!array)
        return std::nullopt;
    std::vector<std::string> texts;
    for (const json& value : *array) {
        auto text = asString(value);
        if (!text)
            m_reader.refuse(
                fmt::format("{}[{}]", pathOf(key), texts.size()), describeValue(value), "a string");
        texts.push_back(std::move(text).value_or(""));
    }
    return texts;
}

const json* ObjectReader::anything(std::string_view key)
{
    return take(key);
}

void ObjectReader::refuse(std::string_view key, std::string_view wanted)
{
    const json* const value = take(key);
    m_reader.refuse(pathOf(key), value ? describeValue(*value) : "nothing", wanted);
}

JsonReader::JsonReader(std::string where, const json& document, UnknownKeys unknownKeys)
    : m_where(std::move(where))
    , m_unknownKeys(unknownKeys)
{
    if (!document.is_object())
        m_problem = refused(
            fmt::format("{}: found {}, wanted an object", m_where, describeValue(document)));
    addObject(document.is_object() ? &document : nullptr, "");
}

ObjectReader& JsonReader::addObject(const json* object, std::string path)
{
    return *m_objects.emplace_back(std::make_unique<ObjectReader>(*this, object, std::move(path)));
}

void JsonReader::refuse(std::string_view path, std::string_view found, std::string_view wanted)
{
    if (!m_problem)
        m_problem = refused(fmt::format(
            "{}: {}: found {}, wanted {}", m_where, printable(path, 300), found, wanted));
}

Status JsonReader::finish() const
{
    if (m_problem)
        return *m_problem;
    if (m_unknownKeys == UnknownKeys::Ignore)
        return {};
    for (const auto& object : m_objects) {
        const std::vector<std::string> unread = object->unreadKeys();
        if (unread.empty())
            continue;
        const std::vector<std::string> known(object->m_known.begin(), object->m_known.end());
        const std::string inWhat =
            object->m_path.empty() ? "" : " in " + printable(object->m_path, 300);
        return refused(fmt::format("{}: unknown key {}{}, {}", m_where, inQuotes(unread.front()),
            inWhat, correctionOf(unread.front(), known)));
    }
    return {};
}

} // namespace espalier
