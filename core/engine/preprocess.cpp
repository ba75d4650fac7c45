// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/preprocess.h"

#include "core/data/image_processor.h"
#include "core/engine/guard.h"
#include "core/storage/safetensors_writer.h"

#include <fmt/format.h>

namespace espalier {

namespace {

std::vector<float> pixelValues(
    const RgbImage& image, const ImageProcessor& processor, const ModelShape& shape)
{
    const ImageSize size = {.height = shape.imageHeight, .width = shape.imageWidth};
    const auto area = static_cast<std::size_t>(size.height * size.width);
    std::vector<std::uint8_t> bytes(area * static_cast<std::size_t>(shape.channels));
    fitImage(image, processor, shape.channels, size, bytes);
    std::vector<float> values;
    values.reserve(bytes.size());
    for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
        const std::array<float, 256> numbers = numbersOf(processor, channel);
        for (std::size_t i = 0; i < area; ++i)
            values.push_back(numbers[bytes[static_cast<std::size_t>(channel) * area + i]]);
    }
    return values;
}

} // namespace

Status preprocessImage(
    const Model& model, const std::filesystem::path& image, const std::filesystem::path& output)
{
    return guarded([&]() -> Status {
        const ModelShape& shape = model.config().shape;
        if (shape.channels != 1 && shape.channels != 3)
            return refused(fmt::format("{}: found {} image channels, wanted a model of grey or "
                                       "colour images",
                model.name(), shape.channels));
        const Result<ImageProcessor> processor = readImageProcessor(model.path(), shape);
        if (!processor)
            return processor.error();
        const Result<RgbImage> picture = readImageFile(image);
        if (!picture)
            return picture.error();
        const std::vector<float> values = pixelValues(*picture, *processor, shape);
        const TensorSource source = {
            .spec = {.name = "pixel_values",
                .dtype = Dtype::F32,
                .shape = {1, shape.channels, shape.imageHeight, shape.imageWidth}},
            .bytes = [&values]() -> Result<SourceBytes> {
                return SourceBytes{std::as_bytes(std::span(values))};
            }};
        return writeSafetensors(output, std::span(&source, 1));
    });
}

} // namespace espalier
