// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/image_file.h"

#include "core/base/untrusted_text.h"
#include "core/storage/file_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>

#include <jpeglib.h>
#include <png.h>

namespace espalier {

namespace {

Error broken(const std::filesystem::path& file, std::string_view reason)
{
    return refused(fmt::format("{}: broken image ({})", file.string(), printable(reason)));
}

Status checkSize(const std::filesystem::path& file, std::int64_t width, std::int64_t height,
    const ImageLimits& limits)
{
    if (width >= 1 && height >= 1 && width <= limits.maxSide && height <= limits.maxSide
        && width * height <= limits.maxPixels)
        return {};
    return refused(
        fmt::format("{}: image of {} x {} pixels, wanted at most {} per side and {} in all",
            file.string(), width, height, limits.maxSide, limits.maxPixels));
}

/// libjpeg reports errors by a callback that must not return; we leave it by longjmp.
struct JpegErrors
{
    jpeg_error_mgr manager;
    jpeg_progress_mgr progress;
    std::jmp_buf escape;
    std::array<char, JMSG_LENGTH_MAX> message;
};

void onJpegError(j_common_ptr jpeg)
{
    auto* errors = reinterpret_cast<JpegErrors*>(jpeg->err);
    jpeg->err->format_message(jpeg, errors->message.data());
    std::longjmp(errors->escape, 1);
}

/// Warnings are damage too: a file that was cut short would decode to grey.
void onJpegMessage(j_common_ptr jpeg, int level)
{
    if (level < 0)
        onJpegError(jpeg);
}

/// A small progressive file may ask for thousands of passes over a large picture.
constexpr int kMaxJpegScans = 200;

void onJpegProgress(j_common_ptr jpeg)
{
    if (!jpeg->is_decompressor
        || reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number <= kMaxJpegScans)
        return;
    auto* errors = reinterpret_cast<JpegErrors*>(jpeg->err);
    std::snprintf(errors->message.data(), errors->message.size(), "more than %d progressive scans",
        kMaxJpegScans);
    std::longjmp(errors->escape, 1);
}

/// Inks as Adobe's programs store them, 255 for none: each is dimmed by black.
void rgbFromCmyk(std::vector<std::uint8_t>& pixels)
{
    const std::size_t count = pixels.size() / 4;
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            pixels[3 * i + c] =
                static_cast<std::uint8_t>((pixels[4 * i + c] * pixels[4 * i + 3] + 127) / 255);
    pixels.resize(3 * count);
}

/// No object with a destructor may live in here: longjmp would skip it.
bool decodeJpegInto(std::span<const std::uint8_t> bytes, const ImageLimits& limits,
    JpegErrors& errors, jpeg_decompress_struct& jpeg, RgbImage& image, bool& tooLarge)
{
    if (setjmp(errors.escape) != 0)
        return false;
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, bytes.data(), bytes.size());
    jpeg.progress = &errors.progress;
    jpeg_read_header(&jpeg, TRUE);
    image.width = static_cast<std::int64_t>(jpeg.image_width);
    image.height = static_cast<std::int64_t>(jpeg.image_height);
    if (image.width > limits.maxSide || image.height > limits.maxSide
        || image.width * image.height > limits.maxPixels) {
        tooLarge = true;
        return false;
    }
    const bool inks = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
    jpeg.out_color_space = inks ? JCS_CMYK : JCS_RGB;
    jpeg.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&jpeg);
    const std::size_t stride =
        std::size_t{jpeg.output_width} * static_cast<std::size_t>(jpeg.output_components);
    image.pixels.resize(static_cast<std::size_t>(image.height) * stride);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = image.pixels.data() + std::size_t{jpeg.output_scanline} * stride;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    return true;
}

Result<RgbImage> decodeJpeg(const std::filesystem::path& file, std::span<const std::uint8_t> bytes,
    const ImageLimits& limits)
{
    JpegErrors errors = {};
    jpeg_decompress_struct jpeg = {};
    jpeg.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = onJpegError;
    errors.manager.emit_message = onJpegMessage;
    errors.progress.progress_monitor = onJpegProgress;
    RgbImage image;
    bool tooLarge = false;
    const bool decoded = decodeJpegInto(bytes, limits, errors, jpeg, image, tooLarge);
    jpeg_destroy_decompress(&jpeg);
    if (tooLarge)
        return checkSize(file, image.width, image.height, limits).error();
    if (!decoded)
        return broken(file, errors.message.data());
    if (jpeg.out_color_space == JCS_CMYK)
        rgbFromCmyk(image.pixels);
    return image;
}

Result<RgbImage> decodePng(const std::filesystem::path& file, std::span<const std::uint8_t> bytes,
    const ImageLimits& limits)
{
    png_image png = {};
    png.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0)
        return broken(file, png.message);
    RgbImage image{static_cast<std::int64_t>(png.width), static_cast<std::int64_t>(png.height), {}};
    if (const Status size = checkSize(file, image.width, image.height, limits); !size) {
        png_image_free(&png);
        return size.error();
    }
    png.format = PNG_FORMAT_RGB;
    png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB; // else 16 bits would be taken for linear light
    image.pixels.resize(PNG_IMAGE_SIZE(png));
    const png_color black = {0, 0, 0};
    const int decoded = png_image_finish_read(&png, &black, image.pixels.data(), 0, nullptr);
    const std::string reason = png.message;
    png_image_free(&png);
    if (decoded == 0)
        return broken(file, reason);
    return image;
}

} // namespace

bool isImageFileName(const std::filesystem::path& file)
{
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
        [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension == ".jpg" || extension == ".jpeg" || extension == ".png";
}

Result<RgbImage> readImageFile(const std::filesystem::path& file, const ImageLimits& limits)
{
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(file, limits.maxFileBytes);
    if (!bytes)
        return bytes.error();
    static constexpr std::array<std::uint8_t, 8> kPng = {
        0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    if (bytes->size() >= kPng.size() && std::equal(kPng.begin(), kPng.end(), bytes->begin()))
        return decodePng(file, *bytes, limits);
    if (bytes->size() >= 2 && (*bytes)[0] == 0xFF && (*bytes)[1] == 0xD8)
        return decodeJpeg(file, *bytes, limits);
    return refused(fmt::format("{}: neither JPEG nor PNG", file.string()));
}

} // namespace espalier
