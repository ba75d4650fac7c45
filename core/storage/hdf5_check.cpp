// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/hdf5_check.h"

#include "core/base/untrusted_text.h"
#include "core/storage/hdf5_handle.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace espalier {

namespace {

constexpr std::size_t kMaxObjects = 4096;
constexpr std::size_t kMaxDepth = 8;
constexpr std::size_t kMaxNameBytes = 1024;
constexpr int kMaxAttributes = 256;

struct Walk
{
    const std::filesystem::path& file;
    std::size_t objects = 0;
};

Error refusedObject(const Walk& walk, const std::string& object, std::string_view found)
{
    return refused(fmt::format("{}: {}: {}", walk.file.string(), printable(object), found));
}

bool isPlainType(hid_t type)
{
    const H5T_class_t kind = H5Tget_class(type);
    if (kind == H5T_INTEGER || kind == H5T_FLOAT)
        return H5Tget_size(type) <= 8;
    return kind == H5T_STRING;
}

Status checkFilters(const Walk& walk, const std::string& object, hid_t properties)
{
    const int filters = H5Pget_nfilters(properties);
    for (int i = 0; i < filters; ++i) {
        unsigned flags = 0;
        unsigned config = 0;
        std::size_t values = 0;
        const H5Z_filter_t filter = H5Pget_filter2(
            properties, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &config);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE
            && filter != H5Z_FILTER_FLETCHER32)
            return refusedObject(walk, object,
                fmt::format("filter {}, wanted deflate, shuffle or fletcher32", filter));
    }
    return {};
}

Status checkDataset(const Walk& walk, const std::string& object, hid_t dataset)
{
    const Hdf5Handle type(H5Dget_type(dataset));
    if (!type || !isPlainType(type.get()))
        return refusedObject(walk, object, "values that are neither plain numbers nor text");
    const Hdf5Handle properties(H5Dget_create_plist(dataset));
    if (!properties)
        return refusedObject(walk, object, "no storage description");
    if (H5Pget_external_count(properties.get()) != 0)
        return refusedObject(walk, object, "values in another file");
    if (H5Pget_layout(properties.get()) == H5D_VIRTUAL)
        return refusedObject(walk, object, "a virtual dataset");
    return checkFilters(walk, object, properties.get());
}

Status checkAttributes(const Walk& walk, const std::string& name, hid_t object)
{
    H5O_info_t info = {};
    if (H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS) < 0 || info.num_attrs > kMaxAttributes)
        return refusedObject(walk, name, fmt::format("more than {} attributes", kMaxAttributes));
    for (hsize_t i = 0; i < info.num_attrs; ++i) {
        const Hdf5Handle attribute(
            H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT));
        const Hdf5Handle type(attribute ? H5Aget_type(attribute.get()) : -1);
        if (!type || !isPlainType(type.get()))
            return refusedObject(walk, name, "an attribute that is neither number nor text");
    }
    return {};
}

Status checkGroup(Walk& walk, const std::string& name, hid_t group, std::size_t depth);

/// `name` is a hard link, so it lies in this file.
Status checkObject(
    Walk& walk, const std::string& name, hid_t parent, const std::string& link, std::size_t depth)
{
    if (++walk.objects > kMaxObjects)
        return refusedObject(walk, name, fmt::format("more than {} objects", kMaxObjects));
    const Hdf5Handle object(H5Oopen(parent, link.c_str(), H5P_DEFAULT));
    if (!object)
        return refusedObject(walk, name, "cannot be opened");
    if (const Status attributes = checkAttributes(walk, name, object.get()); !attributes)
        return attributes;
    const H5I_type_t kind = H5Iget_type(object.get());
    if (kind == H5I_GROUP)
        return checkGroup(walk, name, object.get(), depth + 1);
    if (kind == H5I_DATASET)
        return checkDataset(walk, name, object.get());
    return refusedObject(walk, name, "neither group nor dataset");
}

Status checkLink(
    Walk& walk, const std::string& name, hid_t group, const std::string& link, std::size_t depth)
{
    H5L_info_t info = {};
    if (H5Lget_info(group, link.c_str(), &info, H5P_DEFAULT) < 0)
        return refusedObject(walk, name, "a link that cannot be read");
    if (info.type != H5L_TYPE_HARD)
        return refusedObject(walk, name, "a soft, external or user-defined link");
    return checkObject(walk, name, group, link, depth);
}

/// A hard link to a group above it would walk forever: the depth ends that.
Status checkGroup(Walk& walk, const std::string& name, hid_t group, std::size_t depth)
{
    if (depth > kMaxDepth)
        return refusedObject(walk, name, fmt::format("groups nested deeper than {}", kMaxDepth));
    H5G_info_t info = {};
    if (H5Gget_info(group, &info) < 0 || info.nlinks > kMaxObjects)
        return refusedObject(walk, name, fmt::format("more than {} objects", kMaxObjects));
    for (hsize_t i = 0; i < info.nlinks; ++i) {
        const ssize_t length =
            H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
        if (length < 0 || static_cast<std::size_t>(length) > kMaxNameBytes)
            return refusedObject(walk, name, "a name that cannot be read");
        std::string link(static_cast<std::size_t>(length) + 1, '\0');
        H5Lget_name_by_idx(
            group, ".", H5_INDEX_NAME, H5_ITER_INC, i, link.data(), link.size(), H5P_DEFAULT);
        link.pop_back();
        if (const Status ok = checkLink(walk, name + "/" + link, group, link, depth); !ok)
            return ok;
    }
    return {};
}

} // namespace

void tameHdf5()
{
    H5open();
    H5PLset_loading_state(0);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Status checkHdf5File(hid_t file, const std::filesystem::path& path)
{
    Walk walk{path};
    const Hdf5Handle root(H5Gopen2(file, "/", H5P_DEFAULT));
    if (!root)
        return refusedObject(walk, "/", "cannot be opened");
    if (const Status attributes = checkAttributes(walk, "/", root.get()); !attributes)
        return attributes;
    return checkGroup(walk, "", root.get(), 0);
}

} // namespace espalier
