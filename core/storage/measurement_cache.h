// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Measurements in the user's cache folder, so that the same measuring is done once:
//
//     measurements/<key>.h5       as core/storage/measurement_store.h has them
//
// The key is a SHA-256 over everything that decides the numbers. Files appear whole and are
// replaced whole, so processes may share the folder; it may be deleted at any time.

#include "core/base/progress.h"
#include "core/plan/measurements.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace espalier {

class MeasurementCache
{
public:
    static constexpr std::int64_t kMostBytes = std::int64_t{256} << 20; ///< of all files

    explicit MeasurementCache(std::filesystem::path folder, std::int64_t mostBytes = kMostBytes);

    /// What is kept under the key. A file that cannot be read, or is of other weights, counts as
    /// none, and a person is told.
    [[nodiscard]] std::optional<Measurements> find(
        const std::string& key, const std::string& weightsHash, const Progress& progress) const;
    /// Keeps them, and drops what was used least recently until all files fit. Measurements that
    /// would take more than a quarter of the room are not kept. A person is told of a full disk.
    void keep(
        const std::string& key, const Measurements& measurements, const Progress& progress) const;

private:
    void dropOldest() const;

    std::filesystem::path m_folder;
    std::int64_t m_mostBytes;
};

} // namespace espalier
