// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace espalier {

/// Waits until a file's bytes, or a folder's list of names, would survive a power cut. File systems
/// that cannot say so for folders (some network mounts) count as done. Errors: Resource, naming the
/// path.
[[nodiscard]] Status syncToDisk(const std::filesystem::path& path);

/// Asks the system to begin to bring these bytes of a file to the disk, so that less is left for
/// the end. Advice: nothing is waited for and nothing can fail.
void startWriteBack(int descriptor, std::int64_t begin, std::int64_t count);

} // namespace espalier
