// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/resource_path.h"

#include <cstdlib>
#include <system_error>

namespace espalier {

namespace {

bool isFolder(const std::filesystem::path& path)
{
    std::error_code ignored; // a path that cannot be read is as good as none
    return std::filesystem::is_directory(path, ignored);
}

std::filesystem::path programFolder()
{
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    return failed ? std::filesystem::path() : program.parent_path();
}

} // namespace

std::filesystem::path resourceFolder()
{
    if (const char* given = std::getenv("ESPALIER_RESOURCES"); given && isFolder(given)) {
        return given;
    }
    if (const auto program = programFolder(); !program.empty()) {
        const auto installed = program.parent_path() / "share" / "espalier";
        if (isFolder(installed)) {
            return installed;
        }
    }
    return ESPALIER_SOURCE_RESOURCES;
}

} // namespace espalier
