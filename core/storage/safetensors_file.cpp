// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/safetensors_file.h"

#include "core/base/expect.h"
#include "core/base/untrusted_text.h"

#include <fmt/format.h>

#include <utility>

namespace espalier {

SafetensorsFile::SafetensorsFile(
    std::filesystem::path path, MappedFile file, SafetensorsHeader header)
    : m_path(std::move(path))
    , m_file(std::move(file))
    , m_header(std::move(header))
{
}

Result<SafetensorsFile> SafetensorsFile::open(
    const std::filesystem::path& path, const SafetensorsLimits& limits)
{
    auto file = MappedFile::map(path);
    if (!file)
        return file.error();
    const auto fileSize = static_cast<std::int64_t>(file->size());
    auto header = SafetensorsHeader::parse(file->bytes(), fileSize, path.string(), limits);
    if (!header)
        return header.error();
    return SafetensorsFile(path, *std::move(file), *std::move(header));
}

std::span<const std::byte> SafetensorsFile::bytes(const TensorEntry& tensor) const
{
    ESPALIER_EXPECT(tensor.begin >= 0 && tensor.begin <= tensor.end
            && std::cmp_less_equal(tensor.end, m_file.size()),
        "the tensor is one of this file's");
    return m_file.bytes().subspan(
        static_cast<std::size_t>(tensor.begin), static_cast<std::size_t>(tensor.sizeBytes()));
}

Status SafetensorsFile::read(
    const TensorEntry& tensor, std::int64_t begin, std::span<std::byte> target) const
{
    ESPALIER_EXPECT(begin >= 0 && std::cmp_less_equal(target.size(), tensor.sizeBytes() - begin),
        "what is read lies inside the tensor");
    const Status read = m_file.read(tensor.begin + begin, target);
    if (read)
        return {};
    return Error{read.error().code,
        fmt::format(
            "{}: tensor {}: {}", m_path.string(), inQuotes(tensor.name), read.error().message)};
}

} // namespace espalier
