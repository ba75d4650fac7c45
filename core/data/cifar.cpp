// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_impl.h"
#include "core/data/fit_image.h"
#include "core/data/load_images.h"
#include "core/data/sources.h"
#include "core/storage/file_bytes.h"

#include <fmt/format.h>

#include <filesystem>

namespace espalier {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kClasses = 10;
constexpr std::size_t kSide = 32;
constexpr std::size_t kArea = kSide * kSide;
constexpr std::size_t kRecord = 1 + 3 * kArea;
constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{4} << 30;

/// Records of one or several files, cut to the model's size.
class Records
{
public:
    explicit Records(const ModelShape& shape)
        : m_shape(shape)
    {
    }

    [[nodiscard]] Status append(const fs::path& file)
    {
        const Result<std::vector<std::uint8_t>> bytes = readFileBytes(file, kMaxFileBytes);
        if (!bytes)
            return bytes.error();
        if (bytes->empty() || bytes->size() % kRecord != 0)
            return refused(
                fmt::format("{}: {} bytes, wanted a multiple of {} (CIFAR-10 binary records)",
                    file.string(), bytes->size(), kRecord));
        for (std::size_t at = 0; at < bytes->size(); at += kRecord)
            if (const Status added =
                    appendRecord(std::span(*bytes).subspan(at, kRecord), file, at / kRecord);
                !added)
                return added;
        return {};
    }

    /// Records of which `wanted` is true.
    template <typename Wanted>
    [[nodiscard]] std::shared_ptr<const ImageSource> part(Wanted wanted) const
    {
        const std::size_t size = imageSize();
        std::vector<std::uint8_t> pixels;
        std::vector<std::int32_t> labels;
        for (std::size_t i = 0; i < m_labels.size(); ++i) {
            if (!wanted(static_cast<std::int64_t>(i)))
                continue;
            const auto from = m_pixels.begin() + static_cast<std::ptrdiff_t>(i * size);
            pixels.insert(pixels.end(), from, from + static_cast<std::ptrdiff_t>(size));
            labels.push_back(m_labels[i]);
        }
        return std::make_shared<StoredImages>(std::move(pixels), std::move(labels));
    }

private:
    [[nodiscard]] std::size_t imageSize() const
    {
        return static_cast<std::size_t>(
            m_shape.channels * m_shape.imageHeight * m_shape.imageWidth);
    }

    [[nodiscard]] Status appendRecord(
        std::span<const std::uint8_t> record, const fs::path& file, std::size_t number)
    {
        if (record[0] >= kClasses)
            return refused(fmt::format("{}: record {} has class {}, wanted 0 to {}", file.string(),
                number, record[0], kClasses - 1));
        RgbImage image{kSide, kSide, std::vector<std::uint8_t>(3 * kArea)};
        for (std::size_t i = 0; i < kArea; ++i)
            for (std::size_t c = 0; c < 3; ++c)
                image.pixels[i * 3 + c] = record[1 + c * kArea + i];
        m_pixels.resize(m_pixels.size() + imageSize());
        fitImage(image, m_shape.channels, m_shape.imageHeight, m_shape.imageWidth,
            std::span(m_pixels).last(imageSize()));
        m_labels.push_back(record[0]);
        return {};
    }

    ModelShape m_shape;
    std::vector<std::uint8_t> m_pixels;
    std::vector<std::int32_t> m_labels;
};

bool isFile(const fs::path& path)
{
    std::error_code error;
    return fs::is_regular_file(path, error);
}

bool everything(std::int64_t)
{
    return true;
}

Result<Dataset> openBatches(const fs::path& folder, const ModelConfig& config)
{
    Records train(config.shape);
    for (int batch = 1; isFile(folder / fmt::format("data_batch_{}.bin", batch)); ++batch)
        if (const Status read = train.append(folder / fmt::format("data_batch_{}.bin", batch));
            !read)
            return read.error();
    Records test(config.shape);
    if (const Status read = test.append(folder / "test_batch.bin"); !read)
        return read.error();
    return imageDataset(
        folder.filename().string(), train.part(everything), test.part(everything), config);
}

} // namespace

bool isCifar(std::string_view source)
{
    const fs::path path = source;
    return (path.extension() == ".bin" && isFile(path)) || isFile(path / "data_batch_1.bin");
}

Result<Dataset> openCifar(const DataSpec& spec, const ModelConfig& config, const Progress&)
{
    if (const Status fits = checkImageModel(config, kClasses, spec.source); !fits)
        return fits.error();
    const fs::path path = spec.source;
    if (!isFile(path))
        return openBatches(path, config);
    const Result<std::int64_t> every = validationEvery(spec);
    if (!every)
        return every.error();
    Records records(config.shape);
    if (const Status read = records.append(path); !read)
        return read.error();
    return imageDataset(path.filename().string(),
        records.part([&](std::int64_t i) { return i % *every != *every - 1; }),
        records.part([&](std::int64_t i) { return i % *every == *every - 1; }), config);
}

} // namespace espalier
