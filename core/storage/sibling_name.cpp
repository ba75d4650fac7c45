// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/sibling_name.h"

#include <fmt/format.h>

#include <unistd.h>

namespace espalier {

std::filesystem::path siblingName(const std::filesystem::path& target, int attempt)
{
    // Cut so that a long name with our addition still fits into the 255 bytes a file name may have.
    const std::string name = target.filename().string().substr(0, 200);
    return target.parent_path() / fmt::format(".{}.partial-{}-{}", name, ::getpid(), attempt);
}

} // namespace espalier
