// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_impl.h"
#include "core/data/sources.h"
#include "core/storage/file_bytes.h"

#include <cmath>
#include <filesystem>

namespace espalier {

namespace {

constexpr std::uintmax_t kMaxTextBytes = std::uintmax_t{8} << 30;

} // namespace

bool isPlainFile(std::string_view source)
{
    std::error_code error;
    return std::filesystem::is_regular_file(std::filesystem::path(source), error);
}

Result<Dataset> openText(const DataSpec& spec, const ModelConfig& config, const Progress&)
{
    const Result<std::int64_t> length = byteSequenceLength(spec, config);
    if (!length)
        return length.error();
    if (const Result<std::int64_t> every = validationEvery(spec); !every)
        return every.error();
    Result<std::vector<std::uint8_t>> bytes = readFileBytes(spec.source, kMaxTextBytes);
    if (!bytes)
        return bytes.error();
    const auto size = static_cast<std::int64_t>(bytes->size());
    const std::int64_t split =
        size - std::llround(static_cast<double>(size) * spec.validationShare);
    auto validation = std::make_shared<TokenPart>(
        std::vector<std::uint8_t>(bytes->begin() + split, bytes->end()));
    bytes->resize(static_cast<std::size_t>(split));
    auto train = std::make_shared<TokenPart>(std::move(*bytes));
    return textDataset(std::filesystem::path(spec.source).filename().string(), std::move(train),
        std::move(validation), *length);
}

} // namespace espalier
