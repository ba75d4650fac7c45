// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <utility>

namespace espalier {

/// Keeps other processes from training in a run folder; the system lets go when this process ends,
/// however it ends.
class RunLock
{
public:
    /// Errors: Refused if somebody else holds it or there is no RUN/race.json.
    [[nodiscard]] static Result<RunLock> take(const std::filesystem::path& runFolder);

    RunLock(RunLock&& other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1))
    {
    }
    RunLock& operator=(RunLock&& other) noexcept
    {
        std::swap(m_descriptor, other.m_descriptor);
        return *this;
    }
    ~RunLock();

private:
    explicit RunLock(int descriptor)
        : m_descriptor(descriptor)
    {
    }
    int m_descriptor = -1;
};

} // namespace espalier
