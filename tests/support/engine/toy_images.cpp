// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/engine/toy_images.h"

#include <cstdio>
#include <stdexcept>
#include <vector>

#include <jpeglib.h>
#include <png.h>

namespace espalier::test {

namespace {

std::vector<std::uint8_t> flatImage(
    unsigned width, unsigned height, std::array<std::uint8_t, 3> colour)
{
    std::vector<std::uint8_t> pixels;
    for (unsigned i = 0; i < width * height; ++i)
        pixels.insert(pixels.end(), colour.begin(), colour.end());
    return pixels;
}

} // namespace

void writeJpeg(const std::filesystem::path& file, unsigned width, unsigned height,
    std::array<std::uint8_t, 3> colour)
{
    std::filesystem::create_directories(file.parent_path());
    std::vector<std::uint8_t> pixels = flatImage(width, height, colour);
    std::FILE* out = std::fopen(file.c_str(), "wb");
    if (!out)
        throw std::runtime_error("no file");
    jpeg_error_mgr errors = {};
    jpeg_compress_struct jpeg = {};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, out);
    jpeg.image_width = width;
    jpeg.image_height = height;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 100, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < height) {
        JSAMPROW row = pixels.data() + std::size_t{jpeg.next_scanline} * width * 3;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    std::fclose(out);
}

void writePng(const std::filesystem::path& file, unsigned width, unsigned height,
    std::array<std::uint8_t, 3> colour)
{
    std::filesystem::create_directories(file.parent_path());
    png_image png = {};
    png.version = PNG_IMAGE_VERSION;
    png.width = width;
    png.height = height;
    png.format = PNG_FORMAT_RGB;
    if (png_image_write_to_file(
            &png, file.c_str(), 0, flatImage(width, height, colour).data(), 0, nullptr)
        == 0)
        throw std::runtime_error(png.message);
}

} // namespace espalier::test
