// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/torch_file.h"

#include "core/base/checked.h"
#include "core/base/expect.h"
#include "core/base/untrusted_text.h"
#include "core/storage/strided_read.h"
#include "core/storage/zip_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace espalier {

namespace {

constexpr std::string_view kList = "/data.pkl";
constexpr std::size_t kMaxListBytes = PickleLimits().maxBytes;

using Members = std::map<std::string, ZipMember>;

std::string place(const std::filesystem::path& path, const PickledTensor& tensor)
{
    return fmt::format("{}: tensor {}", path.string(), inQuotes(tensor.name));
}

/// Old files are a row of pickles, without an archive around them.
Status checkIsZip(const std::filesystem::path& path, std::span<const std::byte> bytes)
{
    constexpr std::array kZip = {std::byte{'P'}, std::byte{'K'}, std::byte{3}, std::byte{4}};
    if (bytes.size() >= kZip.size() && std::equal(kZip.begin(), kZip.end(), bytes.begin()))
        return {};
    if (!bytes.empty() && bytes.front() == std::byte{0x80})
        return refused(fmt::format("{}: was written by torch before 1.6; convert it with torch: "
                                   "torch.save(torch.load(FILE, weights_only=True), FILE)",
            path.string()));
    return refused(fmt::format("{}: is not a file that torch.save has written", path.string()));
}

Result<std::vector<std::byte>> readMember(const MappedFile& file, const ZipMember& member,
    const std::filesystem::path& path, std::string_view name, std::size_t maxBytes)
{
    if (std::cmp_greater(member.size, maxBytes))
        return refused(fmt::format("{}: member {} has {} bytes, wanted at most {}", path.string(),
            inQuotes(name), member.size, maxBytes));
    std::vector<std::byte> bytes(static_cast<std::size_t>(member.size));
    if (const Status read = file.read(member.begin, bytes); !read)
        return Error{read.error().code, fmt::format("{}: {}", path.string(), read.error().message)};
    return bytes;
}

Status checkByteOrder(const MappedFile& file, const Members& members, const std::string& root,
    const std::filesystem::path& path)
{
    const auto found = members.find(root + "/byteorder");
    if (found == members.end())
        return {};
    const auto bytes = readMember(file, found->second, path, found->first, 16);
    if (!bytes)
        return bytes.error();
    const std::string_view order(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    if (order == "little")
        return {};
    return refused(
        fmt::format("{}: found byte order {}, wanted \"little\"", path.string(), inQuotes(order)));
}

Result<TorchFile::Tensor> locate(PickledTensor tensor, const Members& members,
    const std::string& root, const std::filesystem::path& path)
{
    const auto found = members.find(root + "/data/" + tensor.storage);
    if (found == members.end())
        return refused(fmt::format(
            "{}: its storage {} is not there", place(path, tensor), inQuotes(tensor.storage)));
    const std::int64_t width = bytesPerElement(tensor.dtype);
    const ZipMember& member = found->second;
    if (checkedProduct(tensor.storageElements, width) != member.size)
        return refused(fmt::format("{}: found a storage of {} bytes, wanted {} elements of {}",
            place(path, tensor), member.size, tensor.storageElements, width));
    const std::int64_t begin = member.begin + tensor.begin * width;
    const std::int64_t size = checkedProduct(tensor.sizes).value_or(0) * width;
    return TorchFile::Tensor{.pickled = std::move(tensor), .begin = begin, .sizeBytes = size};
}

/// The folder inside the archive that holds everything.
std::string rootOf(const Members& members)
{
    for (const auto& [name, member] : members)
        if (name.ends_with(kList) && std::count(name.begin(), name.end(), '/') == 1)
            return name.substr(0, name.size() - kList.size());
    return {};
}

Result<std::vector<TorchFile::Tensor>> readTensors(
    const MappedFile& file, const std::filesystem::path& path)
{
    const Result<Members> members = readStoredZip(path);
    if (!members)
        return members.error();
    const std::string root = rootOf(*members);
    const auto list = members->find(root + std::string(kList));
    if (root.empty() || list == members->end())
        return refused(fmt::format(
            "{}: holds no data.pkl, wanted what torch.save has written", path.string()));
    if (const Status order = checkByteOrder(file, *members, root, path); !order)
        return order.error();
    const auto program = readMember(file, list->second, path, list->first, kMaxListBytes);
    if (!program)
        return program.error();
    const auto pickled = readTorchPickle(*program, path.string());
    if (!pickled)
        return pickled.error();
    std::vector<TorchFile::Tensor> tensors;
    for (const PickledTensor& tensor : *pickled) {
        Result<TorchFile::Tensor> placed = locate(tensor, *members, root, path);
        if (!placed)
            return placed.error();
        tensors.push_back(*std::move(placed));
    }
    return tensors;
}

/// Behind the last byte of the tensor in the file.
std::int64_t endOf(const TorchFile::Tensor& tensor)
{
    return tensor.begin
        + (tensor.pickled.end - tensor.pickled.begin) * bytesPerElement(tensor.pickled.dtype);
}

Status readOrdered(const MappedFile& file, const TorchFile::Tensor& tensor, std::int64_t begin,
    std::span<std::byte> target)
{
    if (tensor.pickled.strides.empty())
        return file.read(tensor.begin + begin, target);
    const std::int64_t width = bytesPerElement(tensor.pickled.dtype);
    ESPALIER_EXPECT(begin % width == 0, "whole elements are read");
    const StridedPlace place{.begin = tensor.begin,
        .width = width,
        .sizes = tensor.pickled.sizes,
        .strides = tensor.pickled.strides};
    return readStrided(file, place, begin / width, target);
}

} // namespace

TorchFile::TorchFile(std::filesystem::path path, MappedFile file, std::vector<Tensor> tensors)
    : m_path(std::move(path))
    , m_file(std::move(file))
    , m_tensors(std::move(tensors))
{
}

Result<TorchFile> TorchFile::open(const std::filesystem::path& path)
{
    auto file = MappedFile::map(path);
    if (!file)
        return file.error();
    if (const Status zip = checkIsZip(path, file->bytes()); !zip)
        return zip.error();
    auto tensors = readTensors(*file, path);
    if (!tensors)
        return tensors.error();
    for (const Tensor& tensor : *tensors)
        if (std::cmp_greater(endOf(tensor), file->size()))
            return refused(
                fmt::format("{}: has changed while it was opened", place(path, tensor.pickled)));
    return TorchFile(path, *std::move(file), *std::move(tensors));
}

Status TorchFile::read(const Tensor& tensor, std::int64_t begin, std::span<std::byte> target) const
{
    ESPALIER_EXPECT(begin >= 0 && std::cmp_less_equal(target.size(), tensor.sizeBytes - begin),
        "what is read lies inside the tensor");
    const Status read = readOrdered(m_file, tensor, begin, target);
    if (read)
        return {};
    return Error{read.error().code,
        fmt::format("{}: {}", place(m_path, tensor.pickled), read.error().message)};
}

} // namespace espalier
