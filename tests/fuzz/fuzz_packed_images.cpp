// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the bytes: idx arrays lie inside them, CIFAR records have classes that exist.
#include "core/data/cifar_records.h"
#include "core/data/idx.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace espalier;
    const std::span bytes(data, size);
    for (const std::size_t dimensions : {1U, 3U}) {
        const Result<IdxBytes> idx = readIdx(bytes, dimensions, "fuzz");
        if (idx && (idx->values.data() + idx->values.size() != data + size))
            std::abort();
    }
    for (const CifarLayout& layout : {kCifar10, kCifar100Fine, kCifar100Coarse})
        (void)readCifarRecords(bytes, "fuzz", layout, [&](const RgbImage&, std::int64_t label) {
            if (label < 0 || label >= layout.classes)
                std::abort();
        });
    return 0;
}
