// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_data.h"

#include "core/data/tokenizer_encoding.h"
#include "core/engine/model_files.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

constexpr std::size_t kKept = 2; ///< what is shown, and what was shown before
constexpr std::int64_t kByteVocabulary = 256;

} // namespace

ModelData::ModelData(std::filesystem::path folder)
    : m_folder(std::move(folder))
{
}

ModelData::Key ModelData::keyOf(const DataSpec& spec, const ModelConfig& config)
{
    Key key{.spec = spec, .task = config.flavour.task, .taskSizes = config.shape};
    for (const Size size : kTrunkSizes)
        set(key.taskSizes, size, 0);
    key.taskSizes.classMlp = 0; // follows them
    std::error_code error;
    key.size = std::filesystem::file_size(spec.source, error);
    key.time = std::filesystem::last_write_time(spec.source, error);
    return key;
}

Result<std::optional<TextEncoding>> ModelData::encodingFor(
    const DataSpec& spec, const ModelConfig& config)
{
    if (!spec.tokenizer.empty()) {
        if (!hasTokenizer(spec.tokenizer))
            return refused(fmt::format(
                "--tokenizer {}: found none, wanted a folder with one", spec.tokenizer));
        return encodingIn(spec.tokenizer, config);
    }
    const std::int64_t vocab = config.shape.vocab;
    if (const auto known = m_encodings.find(vocab); known != m_encodings.end())
        return known->second;
    Result<std::optional<TextEncoding>> encoding = encodingIn(m_folder, config);
    if (!encoding)
        return encoding;
    if (const auto own = ownShapeOf(m_folder);
        !*encoding && vocab > kByteVocabulary && own && own->vocab == kByteVocabulary)
        *encoding = byteEncoding(vocab);
    return m_encodings.emplace(vocab, *std::move(encoding)).first->second;
}

Result<std::int64_t> ModelData::tokens() const
{
    if (!m_folder.empty() && hasTokenizer(m_folder)) {
        const Result<Tokenizer> tokenizer = openTokenizer(m_folder);
        return tokenizer ? Result<std::int64_t>(tokenizer->vocabularySize()) : tokenizer.error();
    }
    const auto own = ownShapeOf(m_folder);
    return own && own->vocab == kByteVocabulary ? kByteVocabulary : 0;
}

Result<DataRequest> ModelData::requestFor(const DataSpec& spec, const ModelConfig& config)
{
    DataRequest request{.spec = spec, .config = config};
    if (readsTokens(config.flavour.task)) {
        Result<std::optional<TextEncoding>> encoding = encodingFor(spec, config);
        if (!encoding)
            return encoding.error();
        request.encoding = *std::move(encoding);
        return request;
    }
    std::optional<ImageSize> written;
    if (const auto own = ownShapeOf(m_folder); own && own->imageHeight > 0)
        written = {.height = own->imageHeight, .width = own->imageWidth};
    Result<ImageProcessor> processor = readImageProcessor(m_folder, config.shape, written);
    if (!processor)
        return processor.error();
    request.processor = *std::move(processor);
    return request;
}

Result<Dataset> ModelData::open(
    const DataSpec& spec, const ModelConfig& config, const Progress& progress)
{
    const Key key = keyOf(spec, config);
    const std::lock_guard lock(m_mutex);
    const auto found = std::find_if(
        m_entries.begin(), m_entries.end(), [&](const Entry& entry) { return entry.key == key; });
    if (found != m_entries.end()) {
        std::rotate(found, found + 1, m_entries.end());
        return m_entries.back().data;
    }
    const Result<DataRequest> request = requestFor(spec, config);
    if (!request)
        return request.error();
    Result<Dataset> data = Dataset::open(*request, progress);
    if (!data)
        return data;
    if (m_entries.size() == kKept)
        m_entries.erase(m_entries.begin());
    m_entries.push_back({key, *data});
    return data;
}

BatchSize batchSizeOf(const Dataset& data, const ModelConfig& config, std::int64_t samples)
{
    const std::int64_t tokens = data.sequenceLength();
    return {.samples = samples, .tokens = tokens > 0 ? tokens : trunkTokensOf(config)};
}

} // namespace espalier
