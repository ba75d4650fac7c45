// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/forward/activation_bytes.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <vector>

namespace espalier {

/// The data side of a model and of everything that is scaled from it: the tokenizer or the image
/// processor in its folder, and the data opened last, because the window asks for the same data
/// with every move of a slider. Safe to use from several threads.
class ModelData
{
public:
    /// `folder` may hold a tokenizer or an image processor; empty: neither.
    explicit ModelData(std::filesystem::path folder = {});

    /// Dataset::open for a model with this tokenizer (or spec.tokenizer's) or image processor. Data
    /// that changed on disk meanwhile (by the size and time of the file or folder that spec.source
    /// names) are opened again.
    [[nodiscard]] Result<Dataset> open(
        const DataSpec& spec, const ModelConfig& config, const Progress& progress);

    /// Rows of an embedding that the tokenizer's numbers (or bytes) take; 0 if there is none.
    [[nodiscard]] Result<std::int64_t> tokens() const;

private:
    /// What decides a dataset.
    struct Key
    {
        DataSpec spec;
        Task task = Task::CausalLanguageModel;
        ModelShape taskSizes;
        std::uintmax_t size = 0;
        std::filesystem::file_time_type time = {};
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Entry
    {
        Key key;
        Dataset data;
    };
    [[nodiscard]] static Key keyOf(const DataSpec& spec, const ModelConfig& config);
    [[nodiscard]] Result<std::optional<TextEncoding>> encodingFor(
        const DataSpec& spec, const ModelConfig& config);
    [[nodiscard]] Result<DataRequest> requestFor(const DataSpec& spec, const ModelConfig& config);

    std::filesystem::path m_folder;
    std::mutex m_mutex; ///< guards what follows, and holds back a second opening of the same data
    std::map<std::int64_t, std::optional<TextEncoding>> m_encodings; ///< by vocab, as asked for
    std::vector<Entry> m_entries; ///< the one used last stands last
};

/// Of so many samples as a model of this config reads them.
[[nodiscard]] BatchSize batchSizeOf(
    const Dataset& data, const ModelConfig& config, std::int64_t samples);

} // namespace espalier
