// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/hdf5_file.h"

#include "core/base/checked.h"
#include "core/base/untrusted_text.h"
#include "core/storage/atomic_file.h"
#include "core/storage/hdf5_check.h"
#include "core/storage/hdf5_handle.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

constexpr hsize_t kRowsPerChunk = 512;
constexpr std::size_t kMemoryStep = std::size_t{1} << 20;
constexpr std::size_t kMaxTextBytes = std::size_t{64} << 20;

/// The deepest message on HDF5's error stack: the cause, in its own words.
herr_t keepDescription(unsigned, const H5E_error2_t* error, void* text)
{
    if (error->desc)
        *static_cast<std::string*>(text) = error->desc;
    return 0;
}

std::string lastReason()
{
    std::string text;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keepDescription, &text);
    return text.empty() ? "HDF5 gives no reason" : printable(text);
}

hid_t unsignedType(int width)
{
    return width == 1 ? H5T_NATIVE_UINT8 : width == 2 ? H5T_NATIVE_UINT16 : H5T_NATIVE_UINT32;
}

/// Groups above an object are made on the way.
Hdf5Handle makingParents()
{
    Hdf5Handle properties(H5Pcreate(H5P_LINK_CREATE));
    H5Pset_create_intermediate_group(properties.get(), 1);
    H5Pset_char_encoding(properties.get(), H5T_CSET_UTF8);
    return properties;
}

std::vector<hsize_t> extentOf(std::span<const std::int64_t> sizes)
{
    return {sizes.begin(), sizes.end()};
}

} // namespace

struct Hdf5File::Impl
{
    std::filesystem::path path;
    Hdf5Handle file;

    [[nodiscard]] Error writeError(const std::string& object) const
    {
        return outOfResource(
            fmt::format("{}: {}: cannot be written ({})", path.string(), object, lastReason()));
    }
    [[nodiscard]] Error readError(const std::string& object, std::string_view what) const
    {
        return refused(fmt::format("{}: {}: {}", path.string(), printable(object), what));
    }

    /// An existing object, or a new group.
    [[nodiscard]] Hdf5Handle objectToWrite(const std::string& object) const
    {
        if (object == "/" || H5Lexists(file.get(), object.c_str(), H5P_DEFAULT) > 0)
            return Hdf5Handle(H5Oopen(file.get(), object.c_str(), H5P_DEFAULT));
        const Hdf5Handle links = makingParents();
        return Hdf5Handle(
            H5Gcreate2(file.get(), object.c_str(), links.get(), H5P_DEFAULT, H5P_DEFAULT));
    }

    [[nodiscard]] Status writeAttribute(const std::string& object, const std::string& attribute,
        hid_t type, const void* value) const
    {
        const Hdf5Handle target = objectToWrite(object);
        const Hdf5Handle space(H5Screate(H5S_SCALAR));
        const Hdf5Handle made(target ? H5Acreate2(target.get(), attribute.c_str(), type,
                                  space.get(), H5P_DEFAULT, H5P_DEFAULT)
                                     : -1);
        if (!made || H5Awrite(made.get(), type, value) < 0)
            return writeError(object + "@" + attribute);
        return {};
    }

    [[nodiscard]] Status writeDataset(const std::string& object, hid_t type, const void* values,
        std::span<const std::int64_t> sizes) const
    {
        const std::vector<hsize_t> extent = extentOf(sizes);
        const Hdf5Handle space(
            H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr));
        const Hdf5Handle links = makingParents();
        const Hdf5Handle dataset(H5Dcreate2(
            file.get(), object.c_str(), type, space.get(), links.get(), H5P_DEFAULT, H5P_DEFAULT));
        if (!dataset || H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
            return writeError(object);
        return {};
    }

    /// Opens an attribute that holds one value of this class.
    [[nodiscard]] Result<Hdf5Handle> scalar(
        const std::string& object, const std::string& attribute, H5T_class_t kind) const
    {
        const std::string name = object + "@" + attribute;
        Hdf5Handle found(H5Aopen_by_name(
            file.get(), object.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT));
        if (!found)
            return readError(name, "is missing");
        const Hdf5Handle type(H5Aget_type(found.get()));
        const Hdf5Handle space(H5Aget_space(found.get()));
        if (H5Tget_class(type.get()) != kind || H5Sget_simple_extent_npoints(space.get()) != 1)
            return readError(name, "another type than wanted, or not one value");
        return found;
    }
};

Hdf5File::Hdf5File(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}
Hdf5File::Hdf5File(Hdf5File&& other) noexcept = default;
Hdf5File& Hdf5File::operator=(Hdf5File&& other) noexcept = default;
Hdf5File::~Hdf5File() = default;

Result<Hdf5File> Hdf5File::create(const std::filesystem::path& file)
{
    return create(file, false);
}

Result<Hdf5File> Hdf5File::createInMemory(const std::filesystem::path& name)
{
    return create(name, true);
}

Result<Hdf5File> Hdf5File::create(const std::filesystem::path& file, bool inMemory)
{
    tameHdf5();
    const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS));
    if (inMemory) // in the oldest format: an image of a newer one has a wrong checksum in 1.10.8
        H5Pset_fapl_core(access.get(), kMemoryStep, 0);
    else // sharing needs 1.10's format
        H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_LATEST);
    auto impl = std::make_unique<Impl>();
    impl->path = file;
    impl->file = Hdf5Handle(H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()));
    if (!impl->file)
        return impl->writeError("/");
    return Hdf5File(std::move(impl));
}

Result<Hdf5File> Hdf5File::open(const std::filesystem::path& file)
{
    tameHdf5();
    auto impl = std::make_unique<Impl>();
    impl->path = file;
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        return refused(fmt::format("{}: no such file", file.string()));
    if (H5Fis_hdf5(file.c_str()) <= 0)
        return refused(fmt::format("{}: not an HDF5 file", file.string()));
    const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS));
    H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_LATEST);
    impl->file = Hdf5Handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, access.get()));
    if (!impl->file) // perhaps because its writer is at work, or was killed
        impl->file =
            Hdf5Handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, access.get()));
    if (!impl->file)
        return impl->readError("/", fmt::format("cannot be opened ({})", lastReason()));
    if (const Status safe = checkHdf5File(impl->file.get(), file); !safe)
        return safe.error();
    return Hdf5File(std::move(impl));
}

Status Hdf5File::writeArray(
    const std::string& path, std::span<const double> values, std::span<const std::int64_t> sizes)
{
    return m_impl->writeDataset(path, H5T_NATIVE_DOUBLE, values.data(), sizes);
}

Status Hdf5File::writeFloats(
    const std::string& path, std::span<const float> values, std::span<const std::int64_t> sizes)
{
    return m_impl->writeDataset(path, H5T_NATIVE_FLOAT, values.data(), sizes);
}

Status Hdf5File::writeText(
    const std::string& path, const std::string& attribute, const std::string& text)
{
    const Hdf5Handle type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type.get(), H5T_VARIABLE); // what h5py reads as str
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    const char* bytes = text.c_str();
    return m_impl->writeAttribute(path, attribute, type.get(), &bytes);
}

Status Hdf5File::writeInteger(
    const std::string& path, const std::string& attribute, std::int64_t value)
{
    return m_impl->writeAttribute(path, attribute, H5T_NATIVE_INT64, &value);
}

Status Hdf5File::writeNumber(const std::string& path, const std::string& attribute, double value)
{
    return m_impl->writeAttribute(path, attribute, H5T_NATIVE_DOUBLE, &value);
}

Status Hdf5File::writeUnsigned(
    const std::string& path, std::span<const std::byte> values, int width)
{
    const std::int64_t sizes[] = {static_cast<std::int64_t>(values.size()) / width};
    return m_impl->writeDataset(path, unsignedType(width), values.data(), sizes);
}

Result<std::vector<std::byte>> Hdf5File::readUnsigned(
    const std::string& path, int width, std::int64_t maxElements) const
{
    const Hdf5Handle dataset(
        has(path) ? H5Dopen2(m_impl->file.get(), path.c_str(), H5P_DEFAULT) : -1);
    if (!dataset)
        return m_impl->readError(path, "is missing");
    const Hdf5Handle type(H5Dget_type(dataset.get()));
    const Hdf5Handle space(H5Dget_space(dataset.get()));
    if (H5Tequal(type.get(), unsignedType(width)) <= 0
        || H5Sget_simple_extent_ndims(space.get()) != 1)
        return m_impl->readError(path, fmt::format("not a row of {}-byte numbers", width));
    const hssize_t elements = H5Sget_simple_extent_npoints(space.get());
    if (elements < 0 || elements > maxElements)
        return m_impl->readError(path, fmt::format("more than {} values", maxElements));
    std::vector<std::byte> values(static_cast<std::size_t>(elements * width));
    if (H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
        return m_impl->readError(path, fmt::format("cannot be read ({})", lastReason()));
    return values;
}

Status Hdf5File::createTable(const std::string& path, std::int64_t columns)
{
    const auto width = static_cast<hsize_t>(columns);
    const hsize_t extent[] = {0, width};
    const hsize_t limit[] = {H5S_UNLIMITED, width};
    const hsize_t chunk[] = {kRowsPerChunk, width};
    const Hdf5Handle space(H5Screate_simple(2, extent, limit));
    const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_chunk(properties.get(), 2, chunk);
    const Hdf5Handle links = makingParents();
    const Hdf5Handle table(H5Dcreate2(m_impl->file.get(), path.c_str(), H5T_NATIVE_DOUBLE,
        space.get(), links.get(), properties.get(), H5P_DEFAULT));
    if (!table)
        return m_impl->writeError(path);
    return {};
}

Status Hdf5File::appendRows(
    const std::string& path, std::span<const double> rows, std::int64_t columns)
{
    if (rows.empty())
        return {};
    const Hdf5Handle table(H5Dopen2(m_impl->file.get(), path.c_str(), H5P_DEFAULT));
    const Hdf5Handle before(table ? H5Dget_space(table.get()) : -1);
    hsize_t extent[2] = {};
    if (!before || H5Sget_simple_extent_dims(before.get(), extent, nullptr) != 2)
        return m_impl->writeError(path);
    const hsize_t start[] = {extent[0], 0};
    const hsize_t count[] = {
        rows.size() / static_cast<std::size_t>(columns), static_cast<hsize_t>(columns)};
    extent[0] += count[0];
    if (H5Dset_extent(table.get(), extent) < 0)
        return m_impl->writeError(path);
    const Hdf5Handle after(H5Dget_space(table.get()));
    const Hdf5Handle memory(H5Screate_simple(2, count, nullptr));
    if (H5Sselect_hyperslab(after.get(), H5S_SELECT_SET, start, nullptr, count, nullptr) < 0
        || H5Dwrite(
               table.get(), H5T_NATIVE_DOUBLE, memory.get(), after.get(), H5P_DEFAULT, rows.data())
            < 0)
        return m_impl->writeError(path);
    return {};
}

Status Hdf5File::startSharing()
{
    if (H5Fstart_swmr_write(m_impl->file.get()) < 0)
        return m_impl->writeError("/");
    return {};
}

Status Hdf5File::flush()
{
    if (H5Fflush(m_impl->file.get(), H5F_SCOPE_LOCAL) < 0)
        return m_impl->writeError("/");
    return {};
}

bool Hdf5File::has(const std::string& path) const
{
    // H5Lexists wants every link on the way to exist.
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        if (H5Lexists(m_impl->file.get(), path.substr(0, end).c_str(), H5P_DEFAULT) <= 0)
            return false;
        if (end == std::string::npos)
            return true;
    }
}

bool Hdf5File::hasAttribute(const std::string& path, const std::string& attribute) const
{
    return H5Aexists_by_name(m_impl->file.get(), path.c_str(), attribute.c_str(), H5P_DEFAULT) > 0;
}

Result<std::vector<std::string>> Hdf5File::names(const std::string& group) const
{
    const Hdf5Handle opened(H5Gopen2(m_impl->file.get(), group.c_str(), H5P_DEFAULT));
    H5G_info_t info = {};
    if (!opened || H5Gget_info(opened.get(), &info) < 0)
        return m_impl->readError(group, "no such group");
    std::vector<std::string> found;
    for (hsize_t i = 0; i < info.nlinks; ++i) {
        char name[1025] = {}; // longer ones were refused when the file was opened
        H5Lget_name_by_idx(
            opened.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
        found.emplace_back(name);
    }
    std::sort(found.begin(), found.end());
    return found;
}

Result<Hdf5Array> Hdf5File::readArray(const std::string& path, std::int64_t maxElements) const
{
    const Hdf5Handle dataset(
        has(path) ? H5Dopen2(m_impl->file.get(), path.c_str(), H5P_DEFAULT) : -1);
    if (!dataset)
        return m_impl->readError(path, "is missing");
    const Hdf5Handle type(H5Dget_type(dataset.get()));
    const Hdf5Handle space(H5Dget_space(dataset.get()));
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if (H5Tget_class(type.get()) == H5T_STRING || rank < 0 || rank > 8)
        return m_impl->readError(path, "not an array of numbers");
    std::vector<hsize_t> extent(static_cast<std::size_t>(rank));
    H5Sget_simple_extent_dims(space.get(), extent.data(), nullptr);
    Hdf5Array array;
    for (const hsize_t size : extent)
        array.sizes.push_back(static_cast<std::int64_t>(std::min<hsize_t>(size, INT64_MAX)));
    const std::optional<std::int64_t> elements = checkedProduct(array.sizes);
    if (!elements || *elements > maxElements)
        return m_impl->readError(path, fmt::format("more than {} values", maxElements));
    array.values.resize(static_cast<std::size_t>(*elements));
    if (*elements > 0
        && H5Dread(
               dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data())
            < 0)
        return m_impl->readError(path, fmt::format("cannot be read ({})", lastReason()));
    return array;
}

Result<std::string> Hdf5File::readText(const std::string& path, const std::string& attribute) const
{
    const Result<Hdf5Handle> found = m_impl->scalar(path, attribute, H5T_STRING);
    if (!found)
        return found.error();
    const Hdf5Handle type(H5Aget_type(found->get()));
    const std::string name = path + "@" + attribute;
    if (H5Tis_variable_str(type.get()) <= 0) {
        const std::size_t size = H5Tget_size(type.get());
        if (size > kMaxTextBytes)
            return m_impl->readError(name, "text too long");
        std::string text(size, '\0');
        if (H5Aread(found->get(), type.get(), text.data()) < 0)
            return m_impl->readError(name, "cannot be read");
        return std::string(text.c_str());
    }
    char* bytes = nullptr;
    if (H5Aread(found->get(), type.get(), &bytes) < 0 || !bytes)
        return m_impl->readError(name, "cannot be read");
    std::string text = bytes;
    H5free_memory(bytes);
    return text;
}

Result<std::int64_t> Hdf5File::readInteger(
    const std::string& path, const std::string& attribute) const
{
    const Result<Hdf5Handle> found = m_impl->scalar(path, attribute, H5T_INTEGER);
    if (!found)
        return found.error();
    std::int64_t value = 0;
    if (H5Aread(found->get(), H5T_NATIVE_INT64, &value) < 0)
        return m_impl->readError(path + "@" + attribute, "cannot be read");
    return value;
}

Result<double> Hdf5File::readNumber(const std::string& path, const std::string& attribute) const
{
    const Result<Hdf5Handle> found = m_impl->scalar(path, attribute, H5T_FLOAT);
    if (!found)
        return found.error();
    double value = 0;
    if (H5Aread(found->get(), H5T_NATIVE_DOUBLE, &value) < 0)
        return m_impl->readError(path + "@" + attribute, "cannot be read");
    return value;
}

Result<std::vector<std::byte>> Hdf5File::image()
{
    if (const Status flushed = flush(); !flushed)
        return flushed.error();
    const ssize_t size = H5Fget_file_image(m_impl->file.get(), nullptr, 0);
    std::vector<std::byte> bytes(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    if (size <= 0 || H5Fget_file_image(m_impl->file.get(), bytes.data(), bytes.size()) != size)
        return m_impl->writeError("/");
    return bytes;
}

Status writeHdf5File(
    const std::filesystem::path& target, const std::function<Status(Hdf5File& file)>& write)
{
    Result<Hdf5File> file = Hdf5File::createInMemory(target);
    if (!file)
        return file.error();
    if (const Status written = write(*file); !written)
        return written;
    const Result<std::vector<std::byte>> image = file->image();
    if (!image)
        return image.error();
    Result<AtomicFile> disk = AtomicFile::create(target, static_cast<std::int64_t>(image->size()));
    if (!disk)
        return disk.error();
    if (const Status written = disk->write(*image); !written)
        return written;
    return disk->commit();
}

} // namespace espalier
