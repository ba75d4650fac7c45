// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include "core/base/expect.h"
#include "core/data/catalog.h"
#include "core/data/dataset_impl.h"
#include "core/data/shuffled_index.h"
#include "core/tensors/parallel.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>

namespace espalier {

namespace {

constexpr std::int64_t kByteVocabulary = 256;
constexpr std::int64_t kDefaultSequenceLength = 128;

/// Image folders lie class after class; the first samples must speak for all of them.
constexpr Seed kFixedOrder = {0};

Batch imageBatch(
    const Dataset::Impl& data, const ImageSource& source, const std::vector<std::int64_t>& indices)
{
    const auto count = static_cast<std::int64_t>(indices.size());
    Batch batch;
    batch.pixels_BCHW = at::empty({count, data.channels, data.height, data.width}, at::kFloat);
    const at::Tensor labels_B = at::empty({count}, at::kLong);
    auto* pixels = batch.pixels_BCHW.data_ptr<float>();
    auto* labels = labels_B.data_ptr<std::int64_t>();
    const auto area = static_cast<std::size_t>(data.height * data.width);
    const std::int64_t size = data.channels * data.height * data.width;
    inParallel(count, 16, [&](std::int64_t begin, std::int64_t end) {
        std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
        for (std::int64_t i = begin; i < end; ++i) {
            labels[i] = source.read(indices[static_cast<std::size_t>(i)], bytes);
            float* out = pixels + i * size;
            for (std::size_t at = 0; at < bytes.size(); ++at)
                *out++ = data.numbers[at / area][bytes[at]];
        }
    });
    if (data.lacksLabels.empty())
        batch.labels = labels_B;
    return batch;
}

/// Training samples step * count … of the endless order: one permutation after another.
std::vector<std::int64_t> shuffledImages(
    Seed seed, std::int64_t images, std::int64_t step, std::int64_t count)
{
    std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t place = step * count + i;
        const Seed pass =
            derive(derive(seed, "image order"), static_cast<std::uint64_t>(place / images));
        indices[static_cast<std::size_t>(i)] = shuffledIndex(pass, images, place % images);
    }
    return indices;
}

/// Offsets from 64 random bits each: the bias of the modulo is below 2^-30 for any text that fits
/// in memory.
std::vector<Window> randomWindows(
    Seed seed, std::int64_t offsets, std::int64_t step, std::int64_t count)
{
    const CounterRng rng(derive(seed, "text windows"));
    std::vector<Window> windows(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
        const auto number = static_cast<std::uint64_t>(step * count + i);
        const auto bits = rng.bits(number);
        const std::uint64_t wide = (static_cast<std::uint64_t>(bits[0]) << 32) | bits[1];
        windows[static_cast<std::size_t>(i)] = {
            static_cast<std::int64_t>(wide % static_cast<std::uint64_t>(offsets)), number};
    }
    return windows;
}

constexpr std::string_view kWithoutLoss = "it can be measured, scaled and exported";
constexpr std::string_view kWithoutScore = "on these it can be measured, not scored or trained";

/// Texts carry none; models that predict tokens need none.
std::string whyNoLabels(const std::string& name, Task task)
{
    if (predictsTokens(task))
        return {};
    return fmt::format("{}: texts without labels, so a model that {} has no loss on them; {}", name,
        isHeadless(task) ? "has no head" : "classifies texts", kWithoutLoss);
}

/// Of images of so many classes.
std::string whyNoLabels(const std::string& name, const ModelConfig& config, std::int64_t classes)
{
    if (isHeadless(config.flavour.task))
        return fmt::format(
            "{}: a model that has no head has no loss on images; {}", name, kWithoutLoss);
    if (config.shape.classes == classes)
        return {};
    if (classes == 0)
        return fmt::format("{}: found images without classes, wanted one folder of images per "
                           "class; {}",
            name, kWithoutScore);
    return fmt::format("{}: found {} class{}, wanted {} (the model's); {}", name, classes,
        classes == 1 ? "" : "es", config.shape.classes, kWithoutScore);
}

/// Windows of a model that sees both sides.
WindowRule encoderRule(std::int64_t length, const std::optional<TextEncoding>& encoding)
{
    WindowRule rule{.length = length, .predictsNext = false};
    if (encoding) {
        rule.first = encoding->first;
        rule.last = encoding->last;
    }
    return rule;
}

} // namespace

Result<Dataset> Dataset::open(const DataRequest& request, const Progress& progress)
{
    const Result<const DatasetRow*> row = datasetRowOf(request.spec, request.config.flavour.task);
    if (!row)
        return row.error();
    return (*row)->open(request, progress);
}

const std::string& Dataset::name() const
{
    return m_impl->name;
}

Task Dataset::task() const
{
    return m_impl->task;
}

std::int64_t Dataset::sequenceLength() const
{
    return m_impl->windows.length;
}

std::int64_t Dataset::samples(Split split) const
{
    const bool train = split == Split::Train;
    if (!readsTokens(m_impl->task))
        return (train ? m_impl->trainImages : m_impl->validationImages)->count();
    return m_impl->windows.windowsIn(
        (train ? m_impl->trainTokens : m_impl->validationTokens)->size());
}

Batch Dataset::batch(Split split, std::int64_t first, std::int64_t count) const
{
    ESPALIER_EXPECT(
        first >= 0 && count >= 1 && first + count <= samples(split), "the samples exist");
    const bool train = split == Split::Train;
    if (!readsTokens(m_impl->task)) {
        std::vector<std::int64_t> places(static_cast<std::size_t>(count));
        for (std::int64_t i = 0; i < count; ++i)
            places[static_cast<std::size_t>(i)] =
                shuffledIndex(kFixedOrder, samples(split), first + i);
        return imageBatch(
            *m_impl, *(train ? m_impl->trainImages : m_impl->validationImages), places);
    }
    std::vector<Window> windows(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i)
        windows[static_cast<std::size_t>(i)] = {
            (first + i) * m_impl->windows.stride(), static_cast<std::uint64_t>(first + i)};
    return tokenBatch(m_impl->windows, *(train ? m_impl->trainTokens : m_impl->validationTokens),
        windows, kFixedOrder);
}

Batch Dataset::trainingBatch(Seed seed, std::int64_t step, std::int64_t count) const
{
    ESPALIER_EXPECT(step >= 0 && count >= 1, "steps count from 0, batches hold something");
    if (!readsTokens(m_impl->task))
        return imageBatch(*m_impl, *m_impl->trainImages,
            shuffledImages(seed, m_impl->trainImages->count(), step, count));
    m_impl->trainTokens->prepare();
    const std::int64_t offsets = m_impl->trainTokens->size() - m_impl->windows.body() + 1;
    return tokenBatch(
        m_impl->windows, *m_impl->trainTokens, randomWindows(seed, offsets, step, count), seed);
}

bool Dataset::hasLabels() const
{
    return m_impl->lacksLabels.empty();
}

Status Dataset::requireLabels() const
{
    return hasLabels() ? Status() : Status(refused(m_impl->lacksLabels));
}

std::int64_t Dataset::tokensPerSample() const
{
    return !readsTokens(m_impl->task) ? 1 : m_impl->windows.length;
}

double Dataset::chance() const
{
    return std::log(static_cast<double>(m_impl->categories));
}

std::optional<double> Dataset::floor() const
{
    return m_impl->floor;
}

Result<WindowRule> windowRule(const DataRequest& request)
{
    const DataSpec& spec = request.spec;
    const ModelConfig& config = request.config;
    const std::optional<TextEncoding>& encoding = request.encoding;
    const ModelShape& shape = config.shape;
    if (!encoding && shape.vocab != kByteVocabulary)
        return refused(fmt::format(
            "{}: the model has a vocabulary of {} and no tokenizer in its folder, wanted a "
            "tokenizer or {} tokens (bytes)",
            spec.source, shape.vocab, kByteVocabulary));
    WindowRule rule{.length = spec.sequenceLength == 0
            ? std::min(shape.positions, kDefaultSequenceLength)
            : spec.sequenceLength};
    if (config.flavour.task != Task::CausalLanguageModel)
        rule = encoderRule(rule.length, encoding);
    const std::int64_t shortest = 2 + rule.length - rule.body();
    if (rule.length < shortest || rule.length > shape.positions)
        return refused(
            fmt::format("{}: sequence length {}, wanted {} to {} (the model's positions)",
                spec.source, rule.length, shortest, shape.positions));
    if (config.flavour.task != Task::MaskedLanguageModel)
        return rule;
    if (!encoding || !encoding->mask)
        return refused(fmt::format("{}: the tokenizer has no mask token, wanted one to hide tokens "
                                   "from a masked language model",
            spec.source));
    rule.masking =
        MaskingRule{.vocab = shape.vocab, .mask = *encoding->mask, .special = encoding->special};
    return rule;
}

Result<Dataset> textDataset(const DataRequest& request, const WindowRule& windows,
    std::shared_ptr<const TokenSource> train, std::shared_ptr<const TokenSource> validation,
    std::optional<double> floor)
{
    for (const auto& [part, what] :
        {std::pair(train, "training"), std::pair(validation, "validation")})
        if (windows.windowsIn(part->size()) < 1)
            return refused(fmt::format("{}: text too short, found {} tokens in the {} part, wanted "
                                       "at least {} (one sample)",
                nameOfSource(request.spec), part->size(), what, windows.body()));
    auto impl = std::make_shared<Dataset::Impl>();
    impl->name = nameOfSource(request.spec);
    impl->task = request.config.flavour.task;
    impl->lacksLabels = whyNoLabels(impl->name, impl->task);
    impl->categories = request.config.shape.vocab;
    impl->floor = floor;
    impl->windows = windows;
    impl->trainTokens = std::move(train);
    impl->validationTokens = std::move(validation);
    return Dataset(std::move(impl));
}

Result<std::int64_t> validationEvery(const DataSpec& spec)
{
    if (!(spec.validationShare > 0 && spec.validationShare <= 0.5))
        return refused(fmt::format("{}: validation share {}, wanted above 0 and at most 0.5",
            spec.source, spec.validationShare));
    return std::max<std::int64_t>(2, std::llround(1 / spec.validationShare));
}

std::string nameOfSource(const DataSpec& spec)
{
    const std::filesystem::path path = std::filesystem::path(spec.source).lexically_normal();
    const std::filesystem::path name = path.filename();
    return (name.empty() || name == "." ? path.parent_path().filename() : name).string();
}

ImageProcessor processorOf(const DataRequest& request)
{
    return request.processor ? *request.processor : defaultImageProcessor(request.config.shape);
}

Result<Dataset> imageDataset(
    std::string name, const DataRequest& request, std::int64_t classes, ImageParts parts)
{
    const ModelConfig& config = request.config;
    const ImageProcessor processor = processorOf(request);
    for (const auto& [part, what] :
        {std::pair(parts.train, "training"), std::pair(parts.validation, "validation")})
        if (part->count() < 1)
            return refused(
                fmt::format("{}: no images in the {} part, wanted at least 1", name, what));
    auto impl = std::make_shared<Dataset::Impl>();
    impl->name = std::move(name);
    impl->task = config.flavour.task;
    impl->lacksLabels = whyNoLabels(impl->name, config, classes);
    impl->categories = config.shape.classes;
    impl->channels = config.shape.channels;
    impl->height = config.shape.imageHeight;
    impl->width = config.shape.imageWidth;
    for (std::int64_t channel = 0; channel < impl->channels; ++channel)
        impl->numbers.push_back(numbersOf(processor, channel));
    impl->trainImages = std::move(parts.train);
    impl->validationImages = std::move(parts.validation);
    return Dataset(std::move(impl));
}

} // namespace espalier
