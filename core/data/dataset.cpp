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

namespace espalier {

namespace {

constexpr std::int64_t kByteVocabulary = 256;
constexpr std::int64_t kDefaultSequenceLength = 128;

std::int64_t windowsIn(const TokenPart& part, std::int64_t length)
{
    return part.size() < length ? 0 : (part.size() - 1) / (length - 1);
}

/// (x / 255 - 0.5) / 0.5 for every byte.
std::array<float, 256> normalisedBytes()
{
    std::array<float, 256> table = {};
    for (std::size_t x = 0; x < table.size(); ++x)
        table[x] = (static_cast<float>(x) / 255.0F - 0.5F) / 0.5F;
    return table;
}

Batch tokenBatch(
    const Dataset::Impl& data, const TokenPart& part, const std::vector<std::int64_t>& starts)
{
    const auto count = static_cast<std::int64_t>(starts.size());
    Batch batch;
    batch.inputIds_BT = at::empty({count, data.sequenceLength}, at::kLong);
    auto* ids = batch.inputIds_BT.data_ptr<std::int64_t>();
    const auto length = static_cast<std::size_t>(data.sequenceLength);
    for (std::size_t i = 0; i < starts.size(); ++i)
        part.read(starts[i], std::span(ids + i * length, length));
    return batch;
}

/// Image folders lie class after class; the first samples must speak for all of them.
constexpr Seed kFixedOrder = {0};

Batch imageBatch(
    const Dataset::Impl& data, const ImageSource& source, const std::vector<std::int64_t>& indices)
{
    static const std::array<float, 256> kNormalised = normalisedBytes();
    const auto count = static_cast<std::int64_t>(indices.size());
    Batch batch;
    batch.pixels_BCHW = at::empty({count, data.channels, data.height, data.width}, at::kFloat);
    batch.labels = at::empty({count}, at::kLong);
    auto* pixels = batch.pixels_BCHW.data_ptr<float>();
    auto* labels = batch.labels.data_ptr<std::int64_t>();
    const std::int64_t size = data.channels * data.height * data.width;
    inParallel(count, 16, [&](std::int64_t begin, std::int64_t end) {
        std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
        for (std::int64_t i = begin; i < end; ++i) {
            labels[i] = source.read(indices[static_cast<std::size_t>(i)], bytes);
            float* out = pixels + i * size;
            for (const std::uint8_t byte : bytes)
                *out++ = kNormalised[byte];
        }
    });
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
std::vector<std::int64_t> randomOffsets(
    Seed seed, std::int64_t offsets, std::int64_t step, std::int64_t count)
{
    const CounterRng rng(derive(seed, "text windows"));
    std::vector<std::int64_t> starts(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
        const auto bits = rng.bits(static_cast<std::uint64_t>(step * count + i));
        const std::uint64_t wide = (static_cast<std::uint64_t>(bits[0]) << 32) | bits[1];
        starts[static_cast<std::size_t>(i)] =
            static_cast<std::int64_t>(wide % static_cast<std::uint64_t>(offsets));
    }
    return starts;
}

} // namespace

Result<Dataset> Dataset::open(
    const DataSpec& spec, const ModelConfig& config, const Progress& progress)
{
    const Result<const DatasetRow*> row = datasetRowOf(spec, config.flavour.task);
    if (!row)
        return row.error();
    return (*row)->open(spec, config, progress);
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
    return m_impl->sequenceLength;
}

std::int64_t Dataset::samples(Split split) const
{
    const bool train = split == Split::Train;
    if (m_impl->task == Task::ImageClassification)
        return (train ? m_impl->trainImages : m_impl->validationImages)->count();
    return windowsIn(
        *(train ? m_impl->trainTokens : m_impl->validationTokens), m_impl->sequenceLength);
}

Batch Dataset::batch(Split split, std::int64_t first, std::int64_t count) const
{
    ESPALIER_EXPECT(
        first >= 0 && count >= 1 && first + count <= samples(split), "the samples exist");
    const bool train = split == Split::Train;
    const bool images = m_impl->task == Task::ImageClassification;
    std::vector<std::int64_t> places(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i)
        places[static_cast<std::size_t>(i)] = images
            ? shuffledIndex(kFixedOrder, samples(split), first + i)
            : (first + i) * (m_impl->sequenceLength - 1);
    if (images)
        return imageBatch(
            *m_impl, *(train ? m_impl->trainImages : m_impl->validationImages), places);
    return tokenBatch(*m_impl, *(train ? m_impl->trainTokens : m_impl->validationTokens), places);
}

Batch Dataset::trainingBatch(Seed seed, std::int64_t step, std::int64_t count) const
{
    ESPALIER_EXPECT(step >= 0 && count >= 1, "steps count from 0, batches hold something");
    if (m_impl->task == Task::ImageClassification)
        return imageBatch(*m_impl, *m_impl->trainImages,
            shuffledImages(seed, m_impl->trainImages->count(), step, count));
    m_impl->trainTokens->growAll();
    const std::int64_t offsets = m_impl->trainTokens->size() - m_impl->sequenceLength + 1;
    return tokenBatch(*m_impl, *m_impl->trainTokens, randomOffsets(seed, offsets, step, count));
}

std::int64_t Dataset::predictionsPerSample() const
{
    return m_impl->task == Task::ImageClassification ? 1 : m_impl->sequenceLength - 1;
}

std::int64_t Dataset::tokensPerSample() const
{
    return m_impl->task == Task::ImageClassification ? 1 : m_impl->sequenceLength;
}

double Dataset::chance() const
{
    return std::log(static_cast<double>(m_impl->categories));
}

std::optional<double> Dataset::floor() const
{
    return m_impl->floor;
}

Result<std::int64_t> byteSequenceLength(const DataSpec& spec, const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    if (shape.vocab != kByteVocabulary)
        return refused(fmt::format(
            "{}: the model has a vocabulary of {} and no tokenizer that is read, wanted {} (bytes)",
            spec.source, shape.vocab, kByteVocabulary));
    const std::int64_t length = spec.sequenceLength == 0
        ? std::min(shape.positions, kDefaultSequenceLength)
        : spec.sequenceLength;
    if (length < 2 || length > shape.positions)
        return refused(fmt::format("{}: sequence length {}, wanted 2 to {} (the model's positions)",
            spec.source, length, shape.positions));
    return length;
}

Result<std::int64_t> validationEvery(const DataSpec& spec)
{
    if (!(spec.validationShare > 0 && spec.validationShare <= 0.5))
        return refused(fmt::format("{}: validation share {}, wanted above 0 and at most 0.5",
            spec.source, spec.validationShare));
    return std::max<std::int64_t>(2, std::llround(1 / spec.validationShare));
}

Result<Dataset> textDataset(std::string name, std::shared_ptr<const TokenPart> train,
    std::shared_ptr<const TokenPart> validation, std::int64_t sequenceLength,
    std::optional<double> floor)
{
    for (const auto& [part, what] :
        {std::pair(train, "training"), std::pair(validation, "validation")})
        if (part->size() < sequenceLength)
            return refused(fmt::format(
                "{}: text too short, found {} tokens in the {} part, wanted at least {}", name,
                part->size(), what, sequenceLength));
    auto impl = std::make_shared<Dataset::Impl>();
    impl->name = std::move(name);
    impl->task = Task::CausalLanguageModel;
    impl->categories = kByteVocabulary;
    impl->floor = floor;
    impl->sequenceLength = sequenceLength;
    impl->trainTokens = std::move(train);
    impl->validationTokens = std::move(validation);
    return Dataset(std::move(impl));
}

Result<Dataset> imageDataset(std::string name, std::shared_ptr<const ImageSource> train,
    std::shared_ptr<const ImageSource> validation, const ModelConfig& config)
{
    for (const auto& [part, what] :
        {std::pair(train, "training"), std::pair(validation, "validation")})
        if (part->count() < 1)
            return refused(
                fmt::format("{}: no images in the {} part, wanted at least 1", name, what));
    auto impl = std::make_shared<Dataset::Impl>();
    impl->name = std::move(name);
    impl->task = Task::ImageClassification;
    impl->categories = config.shape.classes;
    impl->channels = config.shape.channels;
    impl->height = config.shape.imageHeight;
    impl->width = config.shape.imageWidth;
    impl->trainImages = std::move(train);
    impl->validationImages = std::move(validation);
    return Dataset(std::move(impl));
}

} // namespace espalier
