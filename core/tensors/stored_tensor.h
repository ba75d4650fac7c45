// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace espalier {

/// A tensor as it lies in a file: little-endian, row-major. The reader has checked that the bytes
/// fit type and sizes.
struct StoredTensor
{
    std::string name;
    std::string dtype; ///< safetensors' name of the type
    std::vector<std::int64_t> sizes;
    std::int64_t byteCount = 0;
    std::string file; ///< for messages
    std::string fileState = {}; ///< core/storage/file_state.h; empty: nothing tells
    /// Fills the span with what lies at this byte of the tensor; any thread may call it. Keeps the
    /// file open. Errors name file and tensor.
    std::function<Status(std::int64_t begin, std::span<std::byte> target)> read;
};

} // namespace espalier
