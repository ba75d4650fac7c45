// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/safetensors_file.h"

#include "core/base/expect.h"

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

} // namespace espalier
