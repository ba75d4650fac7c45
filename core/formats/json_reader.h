// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Typed reading of a JSON document that must hold exactly what we know: every key is asked for
// once, with its type and range, and finish() reports the first problem or the first key that
// nobody asked for. Getters do not fail one by one: after a problem they return harmless values
// that lie in range, which must not be used before finish() said yes.
//
//     JsonReader reader("recipe.json", document);
//     ObjectReader& shape = reader.root().requiredObject("shape");
//     recipe.hidden = shape.requiredInteger("hidden", 1, 1048576);
//     if (const Status read = reader.finish(); !read)
//         return read.error();
//
// Errors read: recipe.json: shape.hidden: found "abc", wanted an integer from 1 to 1048576

#include "core/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

class JsonReader;

/// One object of a document. Lives in its JsonReader. A key whose value is null counts as absent.
class ObjectReader
{
public:
    ObjectReader(JsonReader& reader, const nlohmann::json* object, std::string path);

    [[nodiscard]] bool has(std::string_view key) const;
    /// There and null: how a config switches off what is on by default.
    [[nodiscard]] bool isNull(std::string_view key) const;
    /// All keys in byte order; for objects whose keys are data. Asking for them does not mark them
    /// as read.
    [[nodiscard]] std::vector<std::string> keys() const;

    [[nodiscard]] std::int64_t requiredInteger(
        std::string_view key, std::int64_t min, std::int64_t max);
    [[nodiscard]] std::optional<std::int64_t> optionalInteger(
        std::string_view key, std::int64_t min, std::int64_t max);
    /// A finite number, integers included.
    [[nodiscard]] double requiredNumber(std::string_view key,
        double min = std::numeric_limits<double>::lowest(),
        double max = std::numeric_limits<double>::max());
    [[nodiscard]] std::optional<double> optionalNumber(std::string_view key,
        double min = std::numeric_limits<double>::lowest(),
        double max = std::numeric_limits<double>::max());
    [[nodiscard]] bool requiredBool(std::string_view key);
    [[nodiscard]] std::optional<bool> optionalBool(std::string_view key);
    [[nodiscard]] std::string requiredString(std::string_view key);
    [[nodiscard]] std::optional<std::string> optionalString(std::string_view key);
    /// Position in `choices`, which is not empty, of the string that must be one of them.
    [[nodiscard]] std::size_t requiredChoice(
        std::string_view key, std::span<const std::string> choices);
    [[nodiscard]] std::optional<std::size_t> optionalChoice(
        std::string_view key, std::span<const std::string> choices);

    [[nodiscard]] ObjectReader& requiredObject(std::string_view key);
    [[nodiscard]] ObjectReader* optionalObject(std::string_view key); ///< null if absent
    /// The objects of an array, in order.
    [[nodiscard]] std::vector<ObjectReader*> requiredObjects(std::string_view key);
    [[nodiscard]] std::vector<ObjectReader*> optionalObjects(
        std::string_view key); ///< empty if absent
    [[nodiscard]] std::vector<std::int64_t> requiredIntegers(
        std::string_view key, std::int64_t min, std::int64_t max);
    [[nodiscard]] std::optional<std::vector<std::int64_t>> optionalIntegers(
        std::string_view key, std::int64_t min, std::int64_t max);
    [[nodiscard]] std::vector<double> requiredNumbers(std::string_view key);
    [[nodiscard]] std::optional<std::vector<double>> optionalNumbers(std::string_view key);
    [[nodiscard]] std::vector<std::string> requiredStrings(std::string_view key);
    [[nodiscard]] std::optional<std::vector<std::string>> optionalStrings(std::string_view key);

    /// The value as it stands, marked as read with all it contains; null if absent. For free-form
    /// values.
    [[nodiscard]] const nlohmann::json* anything(std::string_view key);

    /// Reports a problem that only the caller can see: "found <the key's value>, wanted <wanted>".
    void refuse(std::string_view key, std::string_view wanted);

private:
    friend class JsonReader;

    const nlohmann::json* take(std::string_view key);
    const nlohmann::json* takeRequired(std::string_view key, std::string_view wanted);
    const nlohmann::json* takeArray(std::string_view key, bool required, std::string_view wanted);
    [[nodiscard]] std::string pathOf(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> unreadKeys() const;
    std::vector<ObjectReader*> readObjects(const nlohmann::json* array, std::string_view key);

    JsonReader& m_reader;
    const nlohmann::json* m_object; ///< null for the stand-in of an object that is not there
    std::string m_path; ///< "shape", "lanes[2].train"; empty for the root
    std::set<std::string, std::less<>> m_known; ///< every key asked for, present or not
};

/// One document being read; the document must outlive it.
class JsonReader
{
public:
    /// Refuse: a key that nobody asked for is an error (our own files). Ignore: it is not (other
    /// people's configs).
    enum class UnknownKeys
    {
        Refuse,
        Ignore
    };

    JsonReader(std::string where, const nlohmann::json& document,
        UnknownKeys unknownKeys = UnknownKeys::Refuse);
    JsonReader(const JsonReader&) = delete;
    JsonReader& operator=(const JsonReader&) = delete;

    [[nodiscard]] ObjectReader& root()
    {
        return *m_objects.front();
    }

    /// Ok if every value asked for had its type and range and, unless ignored, every key was asked
    /// for. Errors: Refused, the first problem met, else the first unread key with the nearest
    /// known one.
    [[nodiscard]] Status finish() const;
    /// The first problem met so far; null if there was none. For readers that stop half-way.
    [[nodiscard]] const Error* problem() const
    {
        return m_problem ? &*m_problem : nullptr;
    }

private:
    friend class ObjectReader;

    /// Remembers the first problem only: later ones are often its consequences.
    void refuse(std::string_view path, std::string_view found, std::string_view wanted);
    ObjectReader& addObject(const nlohmann::json* object, std::string path);

    std::string m_where;
    UnknownKeys m_unknownKeys;
    std::optional<Error> m_problem;
    std::vector<std::unique_ptr<ObjectReader>> m_objects; ///< by pointer: callers hold references
};

} // namespace espalier
