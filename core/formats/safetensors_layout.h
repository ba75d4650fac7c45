// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/dtype.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// A tensor to be written; core/formats/safetensors_header.h explains the format.
struct TensorSpec
{
    std::string name;
    Dtype dtype = Dtype::F32;
    std::vector<std::int64_t> shape;
};

/// Where everything goes in a file to be written.
struct SafetensorsLayout
{
    std::string
        header; ///< length and JSON, padded with blanks so that the data begins at a multiple of 8
    std::vector<std::size_t>
        order; ///< positions in the list of specs, in the order of their bytes in the file
    std::vector<std::int64_t> begins; ///< per spec: first byte, counted from the start of the file
    std::vector<std::int64_t> sizes; ///< per spec: bytes
    std::int64_t fileSize = 0;
};

/// Lays out a file that SafetensorsHeader::parse accepts. Wider dtypes come first (otherwise as
/// listed), so that every tensor is aligned to its element size. The same arguments always give the
/// same bytes. Errors: Refused for a name given twice, "__metadata__", text that is not UTF-8,
/// sizes beyond int64, a header beyond kMaxSafetensorsHeaderBytes.
[[nodiscard]] Result<SafetensorsLayout> layOutSafetensors(std::span<const TensorSpec> tensors,
    const std::map<std::string, std::string>& metadata, std::string_view where);

} // namespace espalier
