// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_data.h"

#include "core/data/tokenizer_encoding.h"

#include <algorithm>

namespace espalier {

namespace {

constexpr std::size_t kKept = 2; ///< what is shown, and what was shown before

} // namespace

ModelData::ModelData(std::filesystem::path folder)
    : m_folder(std::move(folder))
{
}

ModelData::Key ModelData::keyOf(const DataSpec& spec, const ModelConfig& config)
{
    Key key{.spec = spec, .task = config.flavour.task, .taskSizes = config.shape};
    for (const Size size : kAllSizes)
        set(key.taskSizes, size, 0);
    std::error_code error;
    key.size = std::filesystem::file_size(spec.source, error);
    key.time = std::filesystem::last_write_time(spec.source, error);
    return key;
}

Result<std::optional<TextEncoding>> ModelData::encodingFor(const ModelConfig& config)
{
    if (!readsTokens(config.flavour.task))
        return std::optional<TextEncoding>();
    if (!m_encoding) {
        Result<std::optional<TextEncoding>> encoding = encodingIn(m_folder, config);
        if (!encoding)
            return encoding;
        m_encoding = *std::move(encoding);
    }
    return *m_encoding;
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
    const Result<std::optional<TextEncoding>> encoding = encodingFor(config);
    if (!encoding)
        return encoding.error();
    Result<Dataset> data =
        Dataset::open({.spec = spec, .config = config, .encoding = *encoding}, progress);
    if (!data)
        return data;
    if (m_entries.size() == kKept)
        m_entries.erase(m_entries.begin());
    m_entries.push_back({key, *data});
    return data;
}

} // namespace espalier
