// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/strict_json.h"

#include "core/base/untrusted_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>
#include <vector>

namespace espalier {

namespace {

using nlohmann::json;

/// Feeds the parser and says how far it has read, which nlohmann does not tell a handler.
class CountingIterator
{
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* position, const char** furthest)
        : m_position(position)
        , m_furthest(furthest)
    {
    }

    reference operator*() const
    {
        return *m_position;
    }
    CountingIterator& operator++()
    {
        *m_furthest = ++m_position;
        return *this;
    }
    CountingIterator operator++(int)
    {
        const CountingIterator before = *this;
        ++*this;
        return before;
    }
    bool operator==(const CountingIterator& other) const
    {
        return m_position == other.m_position;
    }

private:
    const char* m_position;
    const char** m_furthest;
};

/// nlohmann's texts begin with "[json.exception.parse_error.101] parse error at line 1, column 2:
/// ".
std::string withoutPreamble(std::string_view what)
{
    const std::size_t bracket = what.find("] ");
    if (bracket != std::string_view::npos)
        what.remove_prefix(bracket + 2);
    if (what.starts_with("parse error")) {
        const std::size_t colon = what.find(": ");
        if (colon != std::string_view::npos)
            what.remove_prefix(colon + 2);
    }
    return printable(what, 200);
}

/// Builds the document; its functions' names and signatures are nlohmann's SAX interface.
class DocumentBuilder
{
public:
    explicit DocumentBuilder(const JsonLimits& limits)
        : m_limits(limits)
    {
    }

    bool null()
    {
        return add(nullptr);
    }
    bool boolean(bool value)
    {
        return add(value);
    }
    bool number_integer(json::number_integer_t value)
    {
        return add(value);
    }
    bool number_unsigned(json::number_unsigned_t value)
    {
        return add(value);
    }
    bool number_float(json::number_float_t value, const std::string&)
    {
        return add(value);
    }
    bool string(std::string& value)
    {
        return add(std::move(value));
    }
    bool binary(json::binary_t&)
    {
        return false;
    }

    bool start_object(std::size_t)
    {
        return open(json::object());
    }
    bool start_array(std::size_t)
    {
        return open(json::array());
    }
    bool end_object()
    {
        return close();
    }
    bool end_array()
    {
        return close();
    }

    bool key(std::string& name)
    {
        const auto [place, isNew] = m_open.back()->get_ref<json::object_t&>().try_emplace(name);
        if (!isNew)
            return fail(fmt::format("key {} appears twice, wanted once", inQuotes(name)));
        m_member = &place->second;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const json::exception& exception)
    {
        return fail("not JSON: " + withoutPreamble(exception.what()));
    }

    [[nodiscard]] const std::string& problem() const
    {
        return m_problem;
    }
    [[nodiscard]] json takeDocument()
    {
        return std::move(m_document);
    }

private:
    bool fail(std::string problem)
    {
        m_problem = std::move(problem);
        return false;
    }

    /// Puts a value where the document continues; null if there are too many.
    json* place(json value)
    {
        if (++m_values > m_limits.maxValues) {
            fail(fmt::format("more than {} values, wanted at most that", m_limits.maxValues));
            return nullptr;
        }
        if (m_open.empty()) {
            m_document = std::move(value);
            return &m_document;
        }
        if (m_open.back()->is_object()) {
            *m_member = std::move(value);
            return m_member;
        }
        auto& array = m_open.back()->get_ref<json::array_t&>();
        array.push_back(std::move(value));
        return &array.back();
    }

    bool add(json value)
    {
        return place(std::move(value)) != nullptr;
    }

    bool open(json container)
    {
        if (m_open.size() == m_limits.maxDepth)
            return fail(fmt::format(
                "nested deeper than {} levels, wanted at most that", m_limits.maxDepth));
        json* const placed = place(std::move(container));
        if (placed)
            m_open.push_back(placed);
        return placed != nullptr;
    }

    bool close()
    {
        m_open.pop_back();
        return true;
    }

    JsonLimits m_limits;
    json m_document;
    std::vector<json*> m_open; ///< from the outermost container to the one being filled
    json* m_member = nullptr; ///< the value that the last key announced
    std::size_t m_values = 0;
    std::string m_problem;
};

Error refusedAt(
    std::string_view where, std::string_view text, std::size_t position, std::string_view problem)
{
    const auto begin = text.begin();
    const auto lines = std::count(begin, begin + static_cast<std::ptrdiff_t>(position), '\n') + 1;
    return refused(fmt::format("{}: line {}, byte {}: {}", where, lines, position, problem));
}

std::optional<Error> refuseBytes(
    std::string_view text, std::string_view where, const JsonLimits& limits)
{
    if (text.size() > limits.maxBytes)
        return refused(fmt::format(
            "{}: {} bytes of JSON, wanted at most {}", where, text.size(), limits.maxBytes));
    if (text.starts_with("\xEF\xBB\xBF"))
        return refused(fmt::format("{}: starts with a byte order mark, wanted plain UTF-8", where));
    // nlohmann takes a NUL byte for the end of the text and would ignore whatever follows.
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
        return refusedAt(where, text, nul, "not JSON: a NUL byte");
    if (const auto invalid = firstInvalidUtf8(text))
        return refusedAt(where, text, *invalid, "not UTF-8");
    return std::nullopt;
}

template <typename Json> bool isWritable(const Json& value)
{
    if (value.is_number_float())
        return std::isfinite(value.template get<double>());
    if (value.is_string())
        return !firstInvalidUtf8(value.template get_ref<const std::string&>());
    if (value.is_array())
        return std::all_of(value.begin(), value.end(), isWritable<Json>);
    if (value.is_object())
        return std::all_of(value.items().begin(), value.items().end(), [](const auto& item) {
            return !firstInvalidUtf8(item.key()) && isWritable<Json>(item.value());
        });
    return true;
}

template <typename Json> std::string writeIndented(const Json& document)
{
    ESPALIER_EXPECT(isWritable(document), "JSON holds UTF-8 text and finite numbers only");
    return document.dump(2) + '\n';
}

} // namespace

Result<json> parseStrictJson(
    std::string_view text, std::string_view where, const JsonLimits& limits)
{
    if (auto error = refuseBytes(text, where, limits))
        return *std::move(error);
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const char* furthest = begin;
    DocumentBuilder builder(limits);
    if (!json::sax_parse(
            CountingIterator(begin, &furthest), CountingIterator(end, &furthest), &builder))
        return refusedAt(
            where, text, static_cast<std::size_t>(furthest - begin), builder.problem());
    return builder.takeDocument();
}

Result<json> readJsonFile(const std::filesystem::path& path, std::size_t maxBytes)
{
    std::error_code status;
    if (!std::filesystem::is_regular_file(path, status))
        return refused(fmt::format("{}: {}, wanted a JSON file", path.string(),
            std::filesystem::exists(path, status) ? "not a file" : "no such file"));
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return refused(fmt::format("{}: cannot be opened for reading", path.string()));
    std::string text;
    // One byte more than allowed tells "full" from "too long" without trusting a size that may
    // change.
    text.resize(std::min<std::uintmax_t>(std::filesystem::file_size(path, status), maxBytes) + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad())
        return refused(fmt::format("{}: cannot be read", path.string()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    JsonLimits limits;
    limits.maxBytes = maxBytes;
    if (text.size() > maxBytes)
        return refused(fmt::format(
            "{}: more than {} bytes of JSON, wanted at most that", path.string(), maxBytes));
    return parseStrictJson(text, path.string(), limits);
}

std::string writeJson(const json& document)
{
    return writeIndented(document);
}

std::string writeJson(const nlohmann::ordered_json& document)
{
    return writeIndented(document);
}

} // namespace espalier
