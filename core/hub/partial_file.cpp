// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/partial_file.h"

#include "core/storage/sync_to_disk.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace espalier {

namespace {

Error systemProblem(const std::filesystem::path& path)
{
    return outOfResource(fmt::format(
        "{}: cannot be written: {}", path.string(), std::generic_category().message(errno)));
}

} // namespace

PartialFile::PartialFile(std::filesystem::path path, int descriptor, std::int64_t length)
    : m_path(std::move(path))
    , m_descriptor(descriptor)
    , m_length(length)
{
}

PartialFile::PartialFile(PartialFile&& other) noexcept
    : m_path(std::move(other.m_path))
    , m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_length(other.m_length)
{
}

PartialFile& PartialFile::operator=(PartialFile&& other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_length, other.m_length);
    return *this;
}

PartialFile::~PartialFile()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<PartialFile> PartialFile::open(const std::filesystem::path& path)
{
    // Through no link: the name belongs to whoever may write to the cache.
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return systemProblem(path);
    PartialFile file(path, descriptor, 0);
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0)
        return systemProblem(path);
    file.m_length = status.st_size;
    return file;
}

Status PartialFile::append(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return systemProblem(m_path);
        m_length += written;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Status PartialFile::restart()
{
    if (::ftruncate(m_descriptor, 0) != 0)
        return systemProblem(m_path);
    m_length = 0;
    return {};
}

Status PartialFile::moveTo(const std::filesystem::path& target)
{
    if (::fsync(m_descriptor) != 0 || ::rename(m_path.c_str(), target.c_str()) != 0)
        return systemProblem(target);
    return syncToDisk(target.parent_path());
}

} // namespace espalier
