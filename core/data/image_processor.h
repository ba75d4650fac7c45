// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_shape.h"
#include "core/base/result.h"
#include "core/data/resample.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

namespace espalier {

struct ImageSize
{
    std::int64_t height = 0;
    std::int64_t width = 0;
    friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

/// How pictures of any size become what a model of images was trained on: resize, cut out the
/// middle, map bytes to numbers.
struct ImageProcessor
{
    std::optional<ImageSize> resize = std::nullopt;
    bool keepRatio = false; ///< the shorter side becomes that of `resize`, the other one follows
    Interpolation interpolation = Interpolation::Bilinear;
    std::optional<ImageSize> crop = std::nullopt; ///< the middle; black where it is larger
    bool cropRounds = false; ///< half pixels of the margin: to even (timm), not down
    double rescale = 1.0 / 255;
    std::vector<double> mean; ///< per channel; empty: 0
    std::vector<double> deviation; ///< per channel; empty: 1

    friend bool operator==(const ImageProcessor&, const ImageProcessor&) = default;
};

/// What models without such a file get: resized bilinearly to their size, (x / 255 - 0.5) / 0.5.
[[nodiscard]] ImageProcessor defaultImageProcessor(const ModelShape& shape);

/// The processor of a model's folder: preprocessor_config.json (as ViT's and DeiT's processors read
/// it, of transformers 4 and 5), else timm's pretrained_cfg in config.json; defaultImageProcessor()
/// if there is neither.
/// `written`: the size of the folder's own model, whose destination the shape is; sizes in the
/// files are multiplied by what the image is of it.
/// Errors: Refused, naming file, key, found and wanted: broken, steps that are not done here (pad,
/// crop_mode border, …), another size or number of channels than the model's.
[[nodiscard]] Result<ImageProcessor> readImageProcessor(const std::filesystem::path& folder,
    const ModelShape& shape, std::optional<ImageSize> written = std::nullopt);

/// A preprocessor_config.json for images of another size: what it resizes to and cuts out in the
/// same proportion, rounded to whole pixels.
void resizeProcessor(nlohmann::json& processor, ImageSize from, ImageSize to);

/// Writes an image as bytes [channels, height, width] of the model's size; channels 1 (luma, ITU-R
/// BT.601) or 3. An image whose size the processor does not make the model's is resized to it.
void fitImage(const RgbImage& image, const ImageProcessor& processor, std::int64_t channels,
    ImageSize size, std::span<std::uint8_t> out);

/// What the bytes 0 … 255 of a channel become: (rescale x - mean) / deviation.
[[nodiscard]] std::array<float, 256> numbersOf(
    const ImageProcessor& processor, std::int64_t channel);

} // namespace espalier
