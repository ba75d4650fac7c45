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

/// Inks as Adobe's programs store them: 255 for none.
void writeCmykJpeg(const std::filesystem::path& file, unsigned width, unsigned height,
    std::array<std::uint8_t, 4> inks);
/// 16 bits per channel, grey.
void writeDeepPng(
    const std::filesystem::path& file, unsigned width, unsigned height, std::uint16_t grey);
/// `colour` under transparency: 0 none of it is seen, 255 all.
void writeTransparentPng(const std::filesystem::path& file, unsigned width, unsigned height,
    std::array<std::uint8_t, 4> colour);

} // namespace espalier::test
