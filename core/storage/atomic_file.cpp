// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/atomic_file.h"

#include "core/storage/sibling_name.h"
#include "core/storage/sync_to_disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace espalier {

namespace {

/// Linux gives large writes large pieces of page cache, which a virtual machine may have to ask its
/// host for: 4 MiB at a time took four times as long as this.
constexpr std::size_t kLargestWrite = std::size_t{1} << 20;

/// Asking costs a system call; so many bytes take a disk milliseconds.
constexpr std::int64_t kWorthStarting = std::int64_t{8} << 20;

std::string systemMessage(int number)
{
    return std::generic_category().message(number);
}

/// Bytes that an ordinary user may still write beside `path`; the largest number where the system
/// does not say.
std::int64_t freeBytes(const std::filesystem::path& path)
{
    struct statvfs status = {};
    if (::statvfs(path.parent_path().c_str(), &status) != 0)
        return INT64_MAX;
    std::int64_t bytes = 0;
    if (__builtin_mul_overflow(status.f_bavail, status.f_frsize, &bytes))
        return INT64_MAX;
    return bytes;
}

} // namespace

AtomicFile::AtomicFile(std::filesystem::path target, std::filesystem::path temporary,
    int descriptor, std::int64_t expectedBytes)
    : m_target(std::move(target))
    , m_temporary(std::move(temporary))
    , m_descriptor(descriptor)
    , m_expectedBytes(expectedBytes)
{
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_target(std::move(other.m_target))
    , m_temporary(std::exchange(other.m_temporary, {}))
    , m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_expectedBytes(other.m_expectedBytes)
    , m_writtenBytes(other.m_writtenBytes)
    , m_startedBytes(other.m_startedBytes)
{
}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept
{
    std::swap(m_target, other.m_target);
    std::swap(m_temporary, other.m_temporary);
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_expectedBytes, other.m_expectedBytes);
    std::swap(m_writtenBytes, other.m_writtenBytes);
    std::swap(m_startedBytes, other.m_startedBytes);
    return *this;
}

AtomicFile::~AtomicFile()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    if (!m_temporary.empty())
        ::unlink(m_temporary.c_str());
}

Result<AtomicFile> AtomicFile::create(
    const std::filesystem::path& target, std::int64_t expectedBytes)
{
    std::error_code failed;
    const std::filesystem::path whole = std::filesystem::absolute(target, failed);
    if (failed || std::filesystem::is_directory(whole, failed))
        return outOfResource(fmt::format("{}: cannot be written: is a folder", target.string()));
    for (int attempt = 0;; ++attempt) {
        std::filesystem::path temporary = siblingName(whole, attempt);
        const int descriptor =
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno == EEXIST && attempt < kSiblingAttempts)
            continue;
        if (descriptor < 0)
            return outOfResource(
                fmt::format("{}: cannot be written: {}", target.string(), systemMessage(errno)));
        AtomicFile file(whole, std::move(temporary), descriptor, expectedBytes);
        if (const std::int64_t have = freeBytes(whole); have < expectedBytes)
            return outOfResource(
                fmt::format("{}: not enough room on the disk: need {} bytes, have {}",
                    target.string(), expectedBytes, have));
        return file;
    }
}

Error AtomicFile::problem(std::string_view what) const
{
    const std::int64_t need = std::max(m_expectedBytes, m_writtenBytes);
    return outOfResource(fmt::format("{}: {} after {} of {} bytes, the disk has {} left",
        m_target.string(), what, m_writtenBytes, need, freeBytes(m_target)));
}

Status AtomicFile::write(std::span<const std::byte> bytes)
{
    ESPALIER_EXPECT(m_descriptor >= 0, "a committed file is not written to");
    while (!bytes.empty()) {
        const ssize_t written =
            ::write(m_descriptor, bytes.data(), std::min(bytes.size(), kLargestWrite));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return problem(written < 0 ? systemMessage(errno) : "nothing more could be written");
        m_writtenBytes += written;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (m_writtenBytes - m_startedBytes >= kWorthStarting) {
        startWriteBack(m_descriptor, m_startedBytes, m_writtenBytes - m_startedBytes);
        m_startedBytes = m_writtenBytes;
    }
    return {};
}

Status AtomicFile::commit(Lasting lasting)
{
    ESPALIER_EXPECT(m_descriptor >= 0, "a file is committed once");
    const bool atOnce = lasting == Lasting::AtOnce;
    if (atOnce && ::fsync(m_descriptor) != 0)
        return problem(systemMessage(errno));
    if (::close(std::exchange(m_descriptor, -1)) != 0)
        return problem(systemMessage(errno));
    if (::rename(m_temporary.c_str(), m_target.c_str()) != 0)
        return outOfResource(
            fmt::format("{}: cannot be put in place: {}", m_target.string(), systemMessage(errno)));
    m_temporary.clear();
    return atOnce ? syncToDisk(m_target.parent_path()) : Status();
}

Status writeFileAtomically(const std::filesystem::path& target, std::string_view text)
{
    auto file = AtomicFile::create(target, static_cast<std::int64_t>(text.size()));
    if (!file)
        return file.error();
    if (Status written = file->write(std::as_bytes(std::span(text))); !written)
        return written;
    return file->commit();
}

} // namespace espalier
