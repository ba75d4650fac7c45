// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>

namespace espalier {

/// Where things are kept that can be made again: espalier below XDG_CACHE_HOME, else below
/// ~/.cache (XDG Base Directory Specification: relative paths don't count). Nothing if neither is
/// known. The folder need not exist.
[[nodiscard]] std::optional<std::filesystem::path> cacheFolder();

} // namespace espalier
