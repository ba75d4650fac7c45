// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/load_images.h"

#include "core/base/checked.h"
#include "core/data/fit_image.h"
#include "core/storage/image_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace espalier {

namespace {

constexpr std::int64_t kMaxBytes = std::int64_t{32} << 30;
constexpr std::size_t kReportEvery = 256;

/// Files that several threads decode; the one that is first in the list decides which error is
/// told.
class Decoder
{
public:
    Decoder(const std::vector<LabelledFile>& files, const ModelShape& shape,
        std::span<std::uint8_t> pixels)
        : m_files(files)
        , m_shape(shape)
        , m_pixels(pixels)
    {
    }

    /// Takes files until none is left. Only the caller's thread reports.
    void work(const Progress* progress)
    {
        for (;;) {
            const std::size_t i = m_next.fetch_add(1);
            if (i >= m_files.size() || m_stop)
                return;
            decode(i);
            if (progress && i % kReportEvery == 0) {
                (*progress)(static_cast<double>(i) / static_cast<double>(m_files.size()),
                    "decoding images");
                if (progress->stopRequested())
                    m_stop = true;
            }
        }
    }

    [[nodiscard]] Status outcome() const
    {
        if (m_error)
            return *m_error;
        if (m_stop)
            return cancelled();
        return {};
    }

private:
    void decode(std::size_t i)
    {
        const Result<RgbImage> image = readImageFile(m_files[i].file);
        if (image) {
            const std::size_t size = m_pixels.size() / m_files.size();
            fitImage(*image, m_shape.channels, m_shape.imageHeight, m_shape.imageWidth,
                m_pixels.subspan(i * size, size));
            return;
        }
        const std::lock_guard lock(m_mutex);
        if (!m_error || i < m_errorAt) {
            m_error = image.error();
            m_errorAt = i;
        }
        m_stop = true;
    }

    const std::vector<LabelledFile>& m_files;
    const ModelShape& m_shape;
    std::span<std::uint8_t> m_pixels;
    std::atomic<std::size_t> m_next = 0;
    std::atomic<bool> m_stop = false;
    std::mutex m_mutex;
    std::optional<Error> m_error;
    std::size_t m_errorAt = 0;
};

} // namespace

Result<std::shared_ptr<const ImageSource>> loadImages(
    const std::vector<LabelledFile>& files, const ModelShape& shape, const Progress& progress)
{
    const std::int64_t sizes[] = {static_cast<std::int64_t>(files.size()), shape.channels,
        shape.imageHeight, shape.imageWidth};
    const std::optional<std::int64_t> bytes = checkedProduct(sizes);
    if (!bytes || *bytes > kMaxBytes)
        return outOfResource(
            fmt::format("{} images of {} x {} pixels need more than {} GiB of memory", files.size(),
                shape.imageWidth, shape.imageHeight, kMaxBytes >> 30));
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(*bytes));
    Decoder decoder(files, shape, pixels);
    {
        std::vector<std::jthread> helpers;
        for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i)
            helpers.emplace_back([&] { decoder.work(nullptr); });
        decoder.work(&progress);
    }
    if (const Status outcome = decoder.outcome(); !outcome)
        return outcome.error();
    std::vector<std::int32_t> labels(files.size());
    std::transform(files.begin(), files.end(), labels.begin(),
        [](const LabelledFile& file) { return file.label; });
    return std::shared_ptr<const ImageSource>(
        std::make_shared<StoredImages>(std::move(pixels), std::move(labels)));
}

Status checkImageModel(const ModelConfig& config, std::int64_t found, const std::string& where)
{
    if (config.shape.channels != 1 && config.shape.channels != 3)
        return refused(fmt::format(
            "{}: the model reads {} channels, wanted 1 or 3", where, config.shape.channels));
    if (config.shape.classes != found)
        return refused(fmt::format(
            "{}: found {} classes, wanted {} (the model's)", where, found, config.shape.classes));
    return {};
}

} // namespace espalier
