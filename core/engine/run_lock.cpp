// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/run_lock.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace espalier {

Result<RunLock> RunLock::take(const std::filesystem::path& runFolder)
{
    const std::filesystem::path file = runFolder / "race.json"; // written once, never replaced
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return refused(fmt::format(
            "{}: cannot be opened ({}), wanted a run folder", file.string(), std::strerror(errno)));
    RunLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return refused(
            fmt::format("{}: another process is at work in this run", runFolder.string()));
    return lock; // file systems without locks leave it at that
}

RunLock::~RunLock()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

} // namespace espalier
