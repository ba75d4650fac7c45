// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/storage/mapped_file.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace espalier {

/// Values that lie in a file in another order than the tensor has, each in a place of its own.
struct StridedPlace
{
    std::int64_t begin = 0; ///< first byte in the file
    std::int64_t width = 4; ///< bytes of a value
    std::vector<std::int64_t> sizes;
    std::vector<std::int64_t>
        strides; ///< in values; one per size, the largest offset is in the file
};

/// Fills `target`, whole values, with the tensor's from the `first`th on, row-major. Takes 1 MiB of
/// memory; neighbours in the file are read together. Errors: those of MappedFile::read.
[[nodiscard]] Status readStrided(const MappedFile& file, const StridedPlace& place,
    std::int64_t first, std::span<std::byte> target);

} // namespace espalier
