// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string_view>

namespace espalier {

/// The file that a name out of a stranger's text (a shard in an index) means in a model folder,
/// links resolved. A link may lead to another file of the folder, and, as in Hugging Face's cache,
/// from <repo>/snapshots/<revision>/ to <repo>/blobs/ or to the blobs that all repositories of the
/// cache share; anywhere else it is refused, so that no downloaded folder makes us read other
/// files. Errors: Refused if the name is not a plain file name, no such file exists, it is not a
/// file, or a link leaves the folder.
[[nodiscard]] Result<std::filesystem::path> resolveModelFile(
    const std::filesystem::path& folder, std::string_view fileName);

} // namespace espalier
