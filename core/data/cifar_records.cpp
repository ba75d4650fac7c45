// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/cifar_records.h"

#include <fmt/format.h>

namespace espalier {

Status readCifarRecords(std::span<const std::uint8_t> bytes, std::string_view where,
    const CifarLayout& layout, const ImageSink& sink)
{
    const std::size_t size = layout.recordBytes();
    if (bytes.empty() || bytes.size() % size != 0)
        return refused(
            fmt::format("{}: {} bytes, wanted a multiple of {} (CIFAR-{} binary records)", where,
                bytes.size(), size, layout.labelBytes == 1 ? 10 : 100));
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        const std::span<const std::uint8_t> record = bytes.subspan(at, size);
        const std::uint8_t label = record[layout.labelAt];
        if (label >= layout.classes)
            return refused(fmt::format("{}: record {} has class {}, wanted 0 to {}", where,
                at / size, label, layout.classes - 1));
        sink(imageFromPlanes(record.subspan(layout.labelBytes), 3, 32, 32), label);
    }
    return {};
}

} // namespace espalier
