// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace espalier {

/// A decoded picture, 8 bits per channel, red-green-blue interleaved, rows from the top.
struct RgbImage
{
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::vector<std::uint8_t> pixels; ///< height * width * 3
};

/// Caps that hold before a stranger's picture is decoded.
struct ImageLimits
{
    std::uintmax_t maxFileBytes = std::uintmax_t{64} << 20;
    std::int64_t maxSide = 16384;
    std::int64_t maxPixels = std::int64_t{1} << 26;
};

/// True for names that end like a JPEG or PNG file.
[[nodiscard]] bool isImageFileName(const std::filesystem::path& file);

/// Decodes a JPEG or PNG file, told apart by its first bytes. Grey becomes equal channels; 16 bits
/// become 8; transparency lies on black; CMYK and YCCK are taken for Adobe's (inverted) and mixed
/// without a colour profile; EXIF orientation is ignored. Errors: Refused, naming the file: neither
/// format, broken, cut short, larger than the limits, more than 200 progressive scans.
[[nodiscard]] Result<RgbImage> readImageFile(
    const std::filesystem::path& file, const ImageLimits& limits = {});

} // namespace espalier
