// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

namespace espalier {

/// What tells this state of an open file from every other without reading it: device, inode, size
/// and the times of the last changes of bytes and of status, which no program can turn back. Empty
/// if that doesn't tell: the file has changed within two seconds of `now`, so that the next change
/// could get the same time (file systems count in steps of up to two seconds).
[[nodiscard]] std::string fileStateOf(
    int descriptor, std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

} // namespace espalier
