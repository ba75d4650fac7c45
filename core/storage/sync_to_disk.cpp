// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/sync_to_disk.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace espalier {

Status syncToDisk(const std::filesystem::path& path)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    int problem = descriptor < 0 ? errno : 0;
    if (descriptor >= 0) {
        if (::fsync(descriptor) != 0)
            problem = errno;
        ::close(descriptor);
    }
    if (problem == 0 || problem == EINVAL || problem == ENOTSUP)
        return {};
    return outOfResource(fmt::format("{}: cannot be brought to the disk: {}", path.string(),
        std::generic_category().message(problem)));
}

void startWriteBack(int descriptor, std::int64_t begin, std::int64_t count)
{
#ifdef SYNC_FILE_RANGE_WRITE // Linux
    (void)::sync_file_range(descriptor, begin, count, SYNC_FILE_RANGE_WRITE);
#endif
}

} // namespace espalier
