// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/engine/toy_images.h"

#include <cstdio>
#include <stdexcept>
#include <vector>

#include <jpeglib.h>
#include <png.h>

namespace espalier::test {

namespace {

template <std::size_t channels>
std::vector<std::uint8_t> flatImage(
    unsigned width, unsigned height, std::array<std::uint8_t, channels> colour)
{
    std::vector<std::uint8_t> pixels;
    for (unsigned i = 0; i < width * height; ++i)
        pixels.insert(pixels.end(), colour.begin(), colour.end());
    return pixels;
}

template <std::size_t channels>
void writeFlatJpeg(const std::filesystem::path& file, unsigned width, unsigned height,
    std::array<std::uint8_t, channels> colour, J_COLOR_SPACE space)
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
    jpeg.input_components = channels;
    jpeg.in_color_space = space;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 100, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < height) {
        JSAMPROW row = pixels.data() + std::size_t{jpeg.next_scanline} * width * channels;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    std::fclose(out);
}

void writePixels(const std::filesystem::path& file, png_uint_32 width, png_uint_32 height,
    png_uint_32 format, const void* pixels)
{
    std::filesystem::create_directories(file.parent_path());
    png_image png = {};
    png.version = PNG_IMAGE_VERSION;
    png.width = width;
    png.height = height;
    png.format = format;
    if (png_image_write_to_file(&png, file.c_str(), 0, pixels, 0, nullptr) == 0)
        throw std::runtime_error(png.message);
}

} // namespace

void writeJpeg(const std::filesystem::path& file, unsigned width, unsigned height,
    std::array<std::uint8_t, 3> colour)
{
    writeFlatJpeg(file, width, height, colour, JCS_RGB);
}

void writeCmykJpeg(const std::filesystem::path& file, unsigned width, unsigned height,
    std::array<std::uint8_t, 4> inks)
{
    writeFlatJpeg(file, width, height, inks, JCS_CMYK);
}

void writePng(const std::filesystem::path& file, unsigned width, unsigned height,
    std::array<std::uint8_t, 3> colour)
{
    writePixels(file, width, height, PNG_FORMAT_RGB, flatImage(width, height, colour).data());
}

void writeTransparentPng(const std::filesystem::path& file, unsigned width, unsigned height,
    std::array<std::uint8_t, 4> colour)
{
    writePixels(file, width, height, PNG_FORMAT_RGBA, flatImage(width, height, colour).data());
}

void writeDeepPng(
    const std::filesystem::path& file, unsigned width, unsigned height, std::uint16_t grey)
{
    std::filesystem::create_directories(file.parent_path());
    std::FILE* out = std::fopen(file.c_str(), "wb");
    if (!out)
        throw std::runtime_error("no file");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, out);
    png_set_IHDR(png, info, width, height, 16, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    std::vector<std::uint8_t> row;
    for (unsigned x = 0; x < width; ++x) {
        row.push_back(static_cast<std::uint8_t>(grey >> 8));
        row.push_back(static_cast<std::uint8_t>(grey & 0xFF));
    }
    for (unsigned y = 0; y < height; ++y)
        png_write_row(png, row.data());
    png_write_end(png, nullptr);
    png_destroy_write_struct(&png, &info);
    std::fclose(out);
}

} // namespace espalier::test
