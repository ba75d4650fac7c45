// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

namespace espalier::test {

/// Writes a picture of one colour; the folder is made.
void writeJpeg(const std::filesystem::path& file, unsigned width, unsigned height,
    std::array<std::uint8_t, 3> colour);
void writePng(const std::filesystem::path& file, unsigned width, unsigned height,
    std::array<std::uint8_t, 3> colour);

} // namespace espalier::test
