// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_processor.h"

#include "core/formats/json_reader.h"
#include "core/formats/strict_json.h"
#include "core/storage/model_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <span>
#include <system_error>

namespace espalier {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxConfigBytes = std::size_t{16} << 20;
constexpr std::int64_t kMaxSide = 16384;
constexpr const char* kProcessorFile = "preprocessor_config.json";
constexpr const char* kConfigFile = "config.json";

/// null if the folder has no such file.
Result<json> readIfThere(const std::filesystem::path& folder, const char* name)
{
    std::error_code failed;
    if (folder.empty()
        || !std::filesystem::exists(std::filesystem::symlink_status(folder / name, failed)))
        return json();
    const Result<std::filesystem::path> file = resolveModelFile(folder, name);
    return file ? readJsonFile(*file, kMaxConfigBytes) : Result<json>(file.error());
}

/// From images of one size to those of another.
struct Resizing
{
    ImageSize from;
    ImageSize to;

    [[nodiscard]] std::int64_t height(std::int64_t pixels) const
    {
        return scaled(pixels, to.height, from.height);
    }
    [[nodiscard]] std::int64_t width(std::int64_t pixels) const
    {
        return scaled(pixels, to.width, from.width);
    }

private:
    [[nodiscard]] static std::int64_t scaled(
        std::int64_t pixels, std::int64_t to, std::int64_t from)
    {
        return std::llround(
            static_cast<double>(pixels) * static_cast<double>(to) / static_cast<double>(from));
    }
};

/// A side, {"height": h, "width": w}, or {"shortest_edge": s}.
ImageSize readSize(ObjectReader& root, const char* key, bool& keepRatio)
{
    const json* const value = root.anything(key);
    if (value && value->is_number()) {
        const std::int64_t side = root.requiredInteger(key, 1, kMaxSide);
        return {.height = side, .width = side};
    }
    ObjectReader& size = root.requiredObject(key);
    if (const auto shortest = size.optionalInteger("shortest_edge", 1, kMaxSide)) {
        keepRatio = true;
        if (size.has("longest_edge"))
            root.refuse(key, "no longest_edge");
        return {.height = *shortest, .width = *shortest};
    }
    return {.height = size.requiredInteger("height", 1, kMaxSide),
        .width = size.requiredInteger("width", 1, kMaxSide)};
}

/// Steps of other processors, by the switch that asks for them.
void refuseOtherSteps(ObjectReader& root)
{
    for (const char* key : {"do_pad", "do_convert_grayscale", "do_reduce_labels", "do_thumbnail",
             "do_align_long_axis", "do_flip_channel_order", "do_color_quantize"})
        if (root.optionalBool(key).value_or(false))
            root.refuse(key, "false");
}

ImageProcessor readProcessor(ObjectReader& root)
{
    ImageProcessor processor;
    refuseOtherSteps(root);
    if (root.optionalBool("do_resize").value_or(true)) {
        processor.resize = readSize(root, "size", processor.keepRatio);
        processor.interpolation =
            static_cast<Interpolation>(root.optionalInteger("resample", 0, 5).value_or(2));
    }
    if (root.optionalBool("do_center_crop").value_or(false)) {
        bool ratio = false;
        processor.crop = readSize(root, "crop_size", ratio);
        if (ratio)
            root.refuse("crop_size", "height and width");
    }
    processor.rescale = root.optionalBool("do_rescale").value_or(true)
        ? root.optionalNumber("rescale_factor", 0, 1e6).value_or(1.0 / 255)
        : 1;
    if (root.optionalBool("do_normalize").value_or(true)) {
        processor.mean = root.requiredNumbers("image_mean");
        processor.deviation = root.requiredNumbers("image_std");
    }
    return processor;
}

/// What timm takes for granted: ImageNet's means and deviations.
constexpr std::array kTimmMean = {0.485, 0.456, 0.406};
constexpr std::array kTimmDeviation = {0.229, 0.224, 0.225};
constexpr double kTimmCrop = 0.875;

std::vector<double> numbersOr(
    ObjectReader& timm, std::string_view key, std::span<const double> absent)
{
    return timm.has(key) ? timm.requiredNumbers(key)
                         : std::vector<double>(absent.begin(), absent.end());
}

/// timm's transforms for evaluation (timm.data.create_transform).
ImageProcessor readTimm(ObjectReader& timm, const ModelShape& shape, const Resizing& resizing)
{
    static const std::vector<std::string> kInterpolations = {
        "nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"};
    static const std::vector<std::string> kCropModes = {"center", "squash"};
    ImageProcessor processor;
    std::vector<std::int64_t> input =
        timm.optionalIntegers("input_size", 1, kMaxSide)
            .value_or(std::vector{shape.channels, shape.imageHeight, shape.imageWidth});
    if (input.size() != 3) {
        timm.refuse("input_size", "channels, height and width");
        return processor;
    }
    input[1] = resizing.height(input[1]);
    input[2] = resizing.width(input[2]);
    const double share = timm.optionalNumber("crop_pct", 0.01, 100).value_or(kTimmCrop);
    const auto enlarged = [share](std::int64_t side) {
        return std::llround(std::floor(static_cast<double>(side) / share));
    };
    processor.crop = ImageSize{.height = input[1], .width = input[2]};
    processor.cropRounds = true;
    processor.resize = ImageSize{.height = enlarged(input[1]), .width = enlarged(input[2])};
    processor.keepRatio = timm.optionalChoice("crop_mode", kCropModes).value_or(0) == 0;
    if (processor.keepRatio && input[1] != input[2])
        timm.refuse("input_size", "a square, where crop_mode is center");
    processor.interpolation = static_cast<Interpolation>(
        timm.optionalChoice("interpolation", kInterpolations).value_or(3));
    processor.mean = numbersOr(timm, "mean", kTimmMean);
    processor.deviation = numbersOr(timm, "std", kTimmDeviation);
    return processor;
}

Status checkNumbers(
    const ImageProcessor& processor, const ModelShape& shape, const std::string& where)
{
    const auto channels = static_cast<std::size_t>(shape.channels);
    for (const auto& [numbers, what] :
        {std::pair(&processor.mean, "means"), {&processor.deviation, "deviations"}})
        if (!numbers->empty() && numbers->size() != channels)
            return refused(fmt::format("{}: found {} {}, wanted {} (the model's channels)", where,
                numbers->size(), what, channels));
    for (const double deviation : processor.deviation)
        if (deviation <= 0)
            return refused(
                fmt::format("{}: found a deviation of {}, wanted above 0", where, deviation));
    return {};
}

Status checkSize(const ImageProcessor& processor, const ModelShape& shape, const std::string& where)
{
    const ImageSize wanted = {.height = shape.imageHeight, .width = shape.imageWidth};
    const std::optional<ImageSize> given = processor.crop ? processor.crop
        : processor.keepRatio                             ? std::nullopt
                                                          : processor.resize;
    const bool asItCame = !processor.resize && !processor.crop;
    if (asItCame || (given && *given == wanted))
        return {};
    const std::string found = given ? fmt::format("images of {} x {}", given->height, given->width)
                                    : "images of any size";
    return refused(fmt::format(
        "{}: gives {}, wanted {} x {} (the model's)", where, found, wanted.height, wanted.width));
}

Result<ImageProcessor> checked(const JsonReader& reader, ImageProcessor processor,
    const ModelShape& shape, const std::string& where)
{
    if (const Status read = reader.finish(); !read)
        return read.error();
    if (const Status numbers = checkNumbers(processor, shape, where); !numbers)
        return numbers.error();
    if (const Status size = checkSize(processor, shape, where); !size)
        return size.error();
    return processor;
}

} // namespace

void resizeProcessor(json& processor, ImageSize from, ImageSize to)
{
    const Resizing resizing = {from, to};
    const auto resize = [&](json& value, bool across) {
        if (value.is_number_integer())
            value = across ? resizing.width(value.get<std::int64_t>())
                           : resizing.height(value.get<std::int64_t>());
    };
    for (const char* key : {"size", "crop_size"}) {
        if (!processor.is_object() || !processor.contains(key))
            continue;
        json& size = processor[key];
        resize(size, false);
        if (size.is_object())
            for (const auto& [side, pixels] : size.items())
                resize(pixels, side == "width");
    }
}

Result<ImageProcessor> readImageProcessor(
    const std::filesystem::path& folder, const ModelShape& shape, std::optional<ImageSize> written)
{
    const ImageSize wanted = {.height = shape.imageHeight, .width = shape.imageWidth};
    const Resizing resizing = {written.value_or(wanted), wanted};
    Result<json> own = readIfThere(folder, kProcessorFile);
    if (!own)
        return own.error();
    if (!own->is_null()) {
        if (resizing.from != wanted)
            resizeProcessor(*own, resizing.from, wanted);
        const std::string where = (folder / kProcessorFile).string();
        JsonReader reader(where, *own, JsonReader::UnknownKeys::Ignore);
        ImageProcessor processor = readProcessor(reader.root());
        return checked(reader, std::move(processor), shape, where);
    }
    const Result<json> config = readIfThere(folder, kConfigFile);
    if (!config)
        return config.error();
    if (!config->is_object() || !config->contains("architecture") || config->contains("model_type"))
        return defaultImageProcessor(shape);
    const std::string where = (folder / kConfigFile).string();
    JsonReader reader(where, *config, JsonReader::UnknownKeys::Ignore);
    ObjectReader& root = reader.root(); // older folders have one object for everything
    ImageProcessor processor = readTimm(
        root.has("pretrained_cfg") ? root.requiredObject("pretrained_cfg") : root, shape, resizing);
    return checked(reader, std::move(processor), shape, where);
}

} // namespace espalier
