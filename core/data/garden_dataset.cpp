// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_impl.h"
#include "core/data/garden.h"
#include "core/data/sources.h"

#include <numeric>

namespace espalier {

namespace {

constexpr Seed kCorpus = {20260101};
constexpr std::int64_t kPieces = 128;
constexpr std::int64_t kPieceSize = 65536;
constexpr std::int64_t kValidationSize = 400'000;

std::vector<std::uint8_t> bytesOf(const std::string& text)
{
    return {text.begin(), text.end()};
}

} // namespace

Result<Dataset> openGarden(const DataRequest& request, const Progress&)
{
    DataRequest bytes = request; // whatever tokenizer it has
    if (bytes.encoding && !bytes.encoding->bytes)
        bytes.encoding.reset();
    const Result<WindowRule> windows = windowRule(bytes);
    if (!windows)
        return windows.error();
    const GardenText validation = growGarden(derive(kCorpus, "validation"), kValidationSize);
    // The first byte of the text is never predicted.
    const double nats = std::accumulate(validation.nats.begin() + 1, validation.nats.end(), 0.0);
    auto train = std::make_shared<GrownTokens>(kPieces, kPieceSize, [](std::int64_t piece) {
        const Seed seed = derive(derive(kCorpus, "train"), static_cast<std::uint64_t>(piece));
        return bytesOf(growGarden(seed, kPieceSize).text);
    });
    auto tokens = std::make_shared<PackedTokens>(256);
    tokens->appendBytes(bytesOf(validation.text));
    return textDataset(request, *windows, std::move(train),
        std::make_shared<StoredTokens>(std::move(tokens), 0, kValidationSize),
        nats / static_cast<double>(kValidationSize - 1));
}

} // namespace espalier
