// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the bytes: parse, and if they are accepted, every tensor lies inside the file.
#include "core/formats/safetensors_header.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace espalier;
    const std::span<const std::byte> file = std::as_bytes(std::span(data, size));
    const auto fileSize = static_cast<std::int64_t>(size);
    const auto header = SafetensorsHeader::parse(file, fileSize, "fuzz");
    if (!header)
        return header.error().message.empty() ? std::abort(), 1 : 0;
    std::int64_t sum = header->dataBegin();
    for (const TensorEntry& tensor : header->tensors()) {
        if (tensor.begin < header->dataBegin() || tensor.end < tensor.begin
            || tensor.end > fileSize)
            std::abort();
        if (tensor.dtype
            && tensor.elementCount() * bytesPerElement(*tensor.dtype) != tensor.sizeBytes())
            std::abort();
        if (header->find(tensor.name) != &tensor)
            std::abort();
        sum += tensor.sizeBytes();
    }
    if (sum != fileSize)
        std::abort();
    return 0;
}
