// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The one door to HDF5, for our own plain files: groups, datasets of 64-bit floats, unsigned
// integers or UTF-8 text, attributes.
//
// What comes from a stranger is checked before HDF5 is asked for any value. Refused: external and
// user-defined links, external or virtual storage, filters other than deflate, shuffle and
// fletcher32, types other than plain integers, floats and strings, more than 4096 objects, groups
// nested deeper than 8, a dataset that claims more than its caller allows. Plug-ins are never
// loaded.

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// A dataset's values, row-major.
struct Hdf5Array
{
    std::vector<std::int64_t> sizes;
    std::vector<double> values;
};

/// One open file. Paths of objects look like "/lanes/base/points"; groups on the way are made when
/// written. Errors of all functions name the file and the object: Refused when reading, Resource
/// when writing.
class Hdf5File
{
public:
    /// A new file; one of that name is replaced.
    [[nodiscard]] static Result<Hdf5File> create(const std::filesystem::path& file);
    /// The same without a disk: `name` is for messages, image() the result.
    [[nodiscard]] static Result<Hdf5File> createInMemory(const std::filesystem::path& name);
    /// The bytes of a file, as they would lie on disk.
    [[nodiscard]] Result<std::vector<std::byte>> image();
    /// Opens for reading and checks everything listed above. Files that another process appends to
    /// (SWMR) can be opened too, and show what it has flushed.
    [[nodiscard]] static Result<Hdf5File> open(const std::filesystem::path& file);

    Hdf5File(Hdf5File&& other) noexcept;
    Hdf5File& operator=(Hdf5File&& other) noexcept;
    ~Hdf5File();

    [[nodiscard]] Status writeArray(const std::string& path, std::span<const double> values,
        std::span<const std::int64_t> sizes);
    [[nodiscard]] Status writeText(
        const std::string& path, const std::string& attribute, const std::string& text);
    [[nodiscard]] Status writeInteger(
        const std::string& path, const std::string& attribute, std::int64_t value);
    [[nodiscard]] Status writeNumber(
        const std::string& path, const std::string& attribute, double value);
    /// An array of fp32 values with compression off; for weights.
    [[nodiscard]] Status writeFloats(const std::string& path, std::span<const float> values,
        std::span<const std::int64_t> sizes);

    /// Whole numbers of 1, 2 or 4 bytes each, unsigned, native byte order, in one row.
    [[nodiscard]] Status writeUnsigned(
        const std::string& path, std::span<const std::byte> values, int width);
    /// The same back; refused if they are stored otherwise or are more than `maxElements`.
    [[nodiscard]] Result<std::vector<std::byte>> readUnsigned(
        const std::string& path, int width, std::int64_t maxElements) const;

    /// A table that grows by rows, [0, columns] at first.
    [[nodiscard]] Status createTable(const std::string& path, std::int64_t columns);
    [[nodiscard]] Status appendRows(
        const std::string& path, std::span<const double> rows, std::int64_t columns);
    /// From here on only appendRows() may be called, and other processes may read.
    [[nodiscard]] Status startSharing();
    /// Hands everything written to the system, in an order that readers can follow.
    [[nodiscard]] Status flush();

    [[nodiscard]] bool has(const std::string& path) const;
    [[nodiscard]] bool hasAttribute(const std::string& path, const std::string& attribute) const;
    /// Names in a group, in byte order.
    [[nodiscard]] Result<std::vector<std::string>> names(const std::string& group) const;
    [[nodiscard]] Result<Hdf5Array> readArray(
        const std::string& path, std::int64_t maxElements = std::int64_t{1} << 28) const;
    [[nodiscard]] Result<std::string> readText(
        const std::string& path, const std::string& attribute) const;
    [[nodiscard]] Result<std::int64_t> readInteger(
        const std::string& path, const std::string& attribute) const;
    [[nodiscard]] Result<double> readNumber(
        const std::string& path, const std::string& attribute) const;

private:
    struct Impl;
    explicit Hdf5File(std::unique_ptr<Impl> impl);
    [[nodiscard]] static Result<Hdf5File> create(const std::filesystem::path& file, bool inMemory);
    std::unique_ptr<Impl> m_impl;
};

/// A file that appears whole or not at all. `write` fills it in memory, because a disk that fills
/// up under HDF5's own hands leaves the library with a file that it can neither write nor close
/// (1.10.8 then crashes when the program ends).
[[nodiscard]] Status writeHdf5File(
    const std::filesystem::path& target, const std::function<Status(Hdf5File& file)>& write);

} // namespace espalier
