// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/packed_images.h"

#include "core/data/dataset_impl.h"
#include "core/data/load_images.h"

namespace espalier {

namespace {

constexpr std::int64_t kReportEvery = 4096;

/// Images of the model's size that pile up in memory.
class Collector
{
public:
    Collector(const ImageProcessor& processor, const ModelShape& shape)
        : m_processor(processor)
        , m_shape(shape)
    {
    }

    void add(const RgbImage& image, std::int64_t label)
    {
        const auto size =
            static_cast<std::size_t>(m_shape.channels * m_shape.imageHeight * m_shape.imageWidth);
        m_pixels.resize(m_pixels.size() + size);
        fitImage(image, m_processor, m_shape.channels,
            {.height = m_shape.imageHeight, .width = m_shape.imageWidth},
            std::span(m_pixels).last(size));
        m_labels.push_back(static_cast<std::int32_t>(label));
    }
    [[nodiscard]] std::shared_ptr<const ImageSource> take()
    {
        return std::make_shared<StoredImages>(std::move(m_pixels), std::move(m_labels));
    }

private:
    ImageProcessor m_processor;
    ModelShape m_shape;
    std::vector<std::uint8_t> m_pixels;
    std::vector<std::int32_t> m_labels;
};

} // namespace

Result<Dataset> openPackedImages(
    const PackedImages& images, const DataRequest& request, const Progress& progress)
{
    const DataSpec& spec = request.spec;
    const ModelConfig& config = request.config;
    if (const Status fits = checkChannels(config.shape, spec.source); !fits)
        return fits.error();
    const Result<std::int64_t> every = validationEvery(spec);
    if (!every)
        return every.error();
    const Result<PartPlan> plan = planParts(spec, false, images.givesTest);
    if (!plan)
        return plan.error();
    const ImageProcessor processor = processorOf(request);
    Collector train(processor, config.shape);
    Collector heldOut(processor, config.shape);
    std::int64_t number = 0;
    const auto deal = [&](const RgbImage& image, std::int64_t label) {
        const bool aside = plan->cut && number % *every == *every - 1;
        (aside ? heldOut : train).add(image, label);
        if (++number % kReportEvery == 0)
            progress(0, "reading images");
    };
    if (const Status read = images.read(Part::Train, deal); !read)
        return read.error();
    if (plan->heldOut != Part::Train)
        if (const Status read = images.read(plan->heldOut,
                [&](const RgbImage& image, std::int64_t label) { heldOut.add(image, label); });
            !read)
            return read.error();
    const auto trainImages = train.take();
    return imageDataset(images.name, request, images.classes,
        {trainImages, plan->heldOutIsTrain ? trainImages : heldOut.take()});
}

} // namespace espalier
