// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/load_images.h"

#include "core/base/checked.h"
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
constexpr std::size_t kNamedBroken = 5;

struct BrokenImage
{
    std::size_t at = 0; ///< in the list of files
    std::string reason;
};

/// Files that several threads decode.
class Decoder
{
public:
    Decoder(const std::vector<LabelledFile>& files, const ImageProcessor& processor,
        const ModelShape& shape, std::span<std::uint8_t> pixels)
        : m_files(files)
        , m_processor(processor)
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

    [[nodiscard]] bool stopped() const
    {
        return m_stop;
    }
    /// In the order of the list.
    [[nodiscard]] std::vector<BrokenImage> takeBroken()
    {
        std::sort(m_broken.begin(), m_broken.end(),
            [](const BrokenImage& a, const BrokenImage& b) { return a.at < b.at; });
        return std::move(m_broken);
    }

private:
    void decode(std::size_t i)
    {
        const Result<RgbImage> image = readImageFile(m_files[i].file);
        if (image) {
            const std::size_t size = m_pixels.size() / m_files.size();
            fitImage(*image, m_processor, m_shape.channels,
                {.height = m_shape.imageHeight, .width = m_shape.imageWidth},
                m_pixels.subspan(i * size, size));
            return;
        }
        const std::lock_guard lock(m_mutex);
        m_broken.push_back({i, image.error().message});
    }

    const std::vector<LabelledFile>& m_files;
    const ImageProcessor& m_processor;
    const ModelShape& m_shape;
    std::span<std::uint8_t> m_pixels;
    std::atomic<std::size_t> m_next = 0;
    std::atomic<bool> m_stop = false;
    std::mutex m_mutex;
    std::vector<BrokenImage> m_broken;
};

void decodeAll(Decoder& decoder, const Progress& progress)
{
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i)
        helpers.emplace_back([&] { decoder.work(nullptr); });
    decoder.work(&progress);
}

/// What is told of the broken ones: as many by name as fit into a line.
std::string namesOf(const std::vector<LabelledFile>& files, const std::vector<BrokenImage>& broken)
{
    std::string names;
    for (std::size_t i = 0; i < std::min(broken.size(), kNamedBroken); ++i)
        names += fmt::format("{}{}", i == 0 ? "" : ", ", files[broken[i].at].file.string());
    return broken.size() > kNamedBroken ? names + " …" : names;
}

/// Closes the gaps that broken images left.
void removeBroken(const std::vector<BrokenImage>& broken, std::vector<std::uint8_t>& pixels,
    std::vector<std::int32_t>& labels)
{
    const auto size = static_cast<std::ptrdiff_t>(pixels.size() / labels.size());
    std::size_t kept = 0;
    auto gap = broken.begin();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (gap != broken.end() && gap->at == i) {
            ++gap;
            continue;
        }
        const auto from = pixels.begin() + static_cast<std::ptrdiff_t>(i) * size;
        if (kept != i)
            std::copy(from, from + size, pixels.begin() + static_cast<std::ptrdiff_t>(kept) * size);
        labels[kept++] = labels[i];
    }
    labels.resize(kept);
    pixels.resize(kept * static_cast<std::size_t>(size));
}

} // namespace

Result<std::shared_ptr<const ImageSource>> loadImages(const std::vector<LabelledFile>& files,
    const ImageProcessor& processor, const ModelShape& shape, bool skipBroken,
    const Progress& progress)
{
    const std::int64_t sizes[] = {static_cast<std::int64_t>(files.size()), shape.channels,
        shape.imageHeight, shape.imageWidth};
    const std::optional<std::int64_t> bytes = checkedProduct(sizes);
    if (!bytes || *bytes > kMaxBytes)
        return outOfResource(
            fmt::format("{} images of {} x {} pixels need more than {} GiB of memory", files.size(),
                shape.imageWidth, shape.imageHeight, kMaxBytes >> 30));
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(*bytes));
    Decoder decoder(files, processor, shape, pixels);
    decodeAll(decoder, progress);
    if (decoder.stopped())
        return cancelled();
    std::vector<std::int32_t> labels(files.size());
    std::transform(files.begin(), files.end(), labels.begin(),
        [](const LabelledFile& file) { return file.label; });
    if (const std::vector<BrokenImage> broken = decoder.takeBroken(); !broken.empty()) {
        if (!skipBroken || broken.size() == files.size())
            return refused(fmt::format("{} ({} of {} images are broken{})", broken[0].reason,
                broken.size(), files.size(), skipBroken ? "" : "; --skip-broken leaves them out"));
        progress.tell(fmt::format("left out {} of {} images, which are broken: {}", broken.size(),
            files.size(), namesOf(files, broken)));
        removeBroken(broken, pixels, labels);
    }
    return std::shared_ptr<const ImageSource>(
        std::make_shared<StoredImages>(std::move(pixels), std::move(labels)));
}

Status checkChannels(const ModelShape& shape, const std::string& where)
{
    if (shape.channels == 1 || shape.channels == 3)
        return {};
    return refused(
        fmt::format("{}: the model reads {} channels, wanted 1 or 3", where, shape.channels));
}

} // namespace espalier
