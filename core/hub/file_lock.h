// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <filesystem>
#include <utility>

namespace espalier {

/// An exclusive lock between programs, of the kind that Hugging Face's own tools take (flock). The
/// system lets go when this process ends, however it ends. File systems without locks leave it at
/// that.
class FileLock
{
public:
    /// Makes the file if need be and waits. Errors: Resource, naming the path; Cancelled.
    [[nodiscard]] static Result<FileLock> wait(
        const std::filesystem::path& file, const Progress& progress);

    FileLock(FileLock&& other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1))
    {
    }
    FileLock& operator=(FileLock&& other) noexcept
    {
        std::swap(m_descriptor, other.m_descriptor);
        return *this;
    }
    ~FileLock();

private:
    explicit FileLock(int descriptor)
        : m_descriptor(descriptor)
    {
    }
    int m_descriptor = -1;
};

} // namespace espalier
