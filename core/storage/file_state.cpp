// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/file_state.h"

#include <fmt/format.h>

#include <algorithm>

#include <sys/stat.h>

namespace espalier {

namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kCoarsestStep{2};

nanoseconds sinceEpoch(const timespec& time)
{
    return seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

} // namespace

std::string fileStateOf(int descriptor, std::chrono::system_clock::time_point now)
{
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0)
        return {};
    const nanoseconds modified = sinceEpoch(status.st_mtim);
    const nanoseconds changed = sinceEpoch(status.st_ctim);
    if (now.time_since_epoch() < std::max(modified, changed) + kCoarsestStep)
        return {};
    return fmt::format("{}:{} {} {} {}", status.st_dev, status.st_ino, status.st_size,
        modified.count(), changed.count());
}

} // namespace espalier
