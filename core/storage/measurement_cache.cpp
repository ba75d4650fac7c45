// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/measurement_cache.h"

#include "core/storage/measurement_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

namespace espalier {

namespace {

namespace fs = std::filesystem;

/// About what a file of them takes: moments outgrow the rest by far in wide models.
std::int64_t bytesOf(const Measurements& m)
{
    std::size_t values = m.residualCovariance_DD.values.size() + m.residualBasis_DD.values.size();
    for (const std::vector<Matrix>* moments : {&m.contextMoment_LCC, &m.mlpMoment_LMM})
        for (const Matrix& moment : *moments)
            values += moment.values.size();
    for (const auto& [metric, scores] : m.scores)
        for (const Matrix* matrix : {&scores.attentionNorm_LD, &scores.afterAttention_LD,
                 &scores.mlpNorm_LD, &scores.afterMlp_LD, &scores.context_LC, &scores.mlp_LM})
            values += matrix->values.size();
    return static_cast<std::int64_t>(values * sizeof(double));
}

struct KeptFile
{
    fs::file_time_type used;
    std::int64_t bytes = 0;
    fs::path path;
};

} // namespace

MeasurementCache::MeasurementCache(fs::path folder, std::int64_t mostBytes)
    : m_folder(std::move(folder))
    , m_mostBytes(mostBytes)
{
}

std::optional<Measurements> MeasurementCache::find(
    const std::string& key, const std::string& weightsHash, const Progress& progress) const
{
    const fs::path file = m_folder / (key + ".h5");
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        return std::nullopt;
    Result<Measurements> kept = readMeasurements(file);
    if (kept && kept->parentHash == weightsHash) {
        fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);
        return *std::move(kept);
    }
    progress.tell(fmt::format("{}; measuring again",
        kept ? fmt::format("{}: of other weights", file.string()) : kept.error().message));
    return std::nullopt;
}

void MeasurementCache::keep(
    const std::string& key, const Measurements& measurements, const Progress& progress) const
{
    if (bytesOf(measurements) > m_mostBytes / 4)
        return;
    std::error_code error;
    fs::create_directories(m_folder, error);
    const Status written = error ? Status(outOfResource(fmt::format(
                               "{}: cannot be made ({})", m_folder.string(), error.message())))
                                 : writeMeasurements(measurements, m_folder / (key + ".h5"));
    if (!written)
        progress.tell(fmt::format("the measurements are not kept: {}", written.error().message));
    dropOldest();
}

/// Another process may drop the same files: one that is gone already is no error.
void MeasurementCache::dropOldest() const
{
    std::vector<KeptFile> files;
    std::int64_t bytes = 0;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(m_folder, ignored)) {
        std::error_code gone;
        const KeptFile file{.used = entry.last_write_time(gone),
            .bytes = static_cast<std::int64_t>(gone ? 0 : entry.file_size(gone)),
            .path = entry.path()};
        if (gone)
            continue;
        bytes += file.bytes;
        files.push_back(file);
    }
    std::ranges::sort(files, {}, &KeptFile::used);
    for (const KeptFile& file : files) {
        if (bytes <= m_mostBytes)
            return;
        fs::remove(file.path, ignored);
        bytes -= file.bytes;
    }
}

} // namespace espalier
