// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/cache_folder.h"

#include <cstdlib>

namespace espalier {

namespace {

std::optional<std::filesystem::path> folderFrom(const char* variable)
{
    const char* const value = std::getenv(variable);
    const std::filesystem::path path = value ? value : "";
    return path.is_absolute() ? std::optional(path) : std::nullopt;
}

} // namespace

std::optional<std::filesystem::path> cacheFolder()
{
    if (const auto cache = folderFrom("XDG_CACHE_HOME"))
        return *cache / "espalier";
    if (const auto home = folderFrom("HOME"))
        return *home / ".cache" / "espalier";
    return std::nullopt;
}

std::filesystem::path scratchFolder()
{
    return cacheFolder().value_or(std::filesystem::temp_directory_path());
}

} // namespace espalier
