// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_impl.h"
#include "core/data/glyphs.h"
#include "core/data/load_images.h"
#include "core/data/sources.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

constexpr Seed kSeries = {20260101};
constexpr std::int64_t kTrainImages = 200'000;
constexpr std::int64_t kValidationImages = 10'000;

/// Drawing costs less than 0.1 ms, so nothing is kept.
class GlyphImages : public ImageSource
{
public:
    GlyphImages(Seed seed, std::int64_t count)
        : m_seed(seed)
        , m_count(count)
    {
    }

    [[nodiscard]] std::int64_t count() const override
    {
        return m_count;
    }
    [[nodiscard]] std::int64_t read(std::int64_t index, std::span<std::uint8_t> chw) const override
    {
        const Glyph glyph = drawGlyph(m_seed, index);
        std::copy(glyph.rgb_CHW.begin(), glyph.rgb_CHW.end(), chw.begin());
        return glyph.label;
    }

private:
    Seed m_seed;
    std::int64_t m_count;
};

} // namespace

Result<Dataset> openGlyphs(const DataRequest& request, const Progress&)
{
    const DataSpec& spec = request.spec;
    const ModelShape& shape = request.config.shape;
    if (shape.channels != 3 || shape.imageHeight != kGlyphSize || shape.imageWidth != kGlyphSize)
        return refused(
            fmt::format("{}: images of 3 x {} x {}, wanted {} x {} x {} (the model's)", spec.source,
                kGlyphSize, kGlyphSize, shape.channels, shape.imageHeight, shape.imageWidth));
    return imageDataset(spec.source, request, kGlyphClasses,
        {std::make_shared<GlyphImages>(derive(kSeries, "train"), kTrainImages),
            std::make_shared<GlyphImages>(derive(kSeries, "validation"), kValidationImages)});
}

} // namespace espalier
