// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/file_lock.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace espalier {

namespace {

constexpr auto kNap = std::chrono::milliseconds(50);

} // namespace

Result<FileLock> FileLock::wait(const std::filesystem::path& file, const Progress& progress)
{
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0664);
    if (descriptor < 0)
        return outOfResource(fmt::format(
            "{}: cannot be opened: {}", file.string(), std::generic_category().message(errno)));
    FileLock lock(descriptor);
    while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            break;
        if (progress.stopRequested())
            return cancelled();
        progress(0, "waiting for another program that fetches the same file");
        std::this_thread::sleep_for(kNap);
    }
    return lock;
}

FileLock::~FileLock()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

} // namespace espalier
