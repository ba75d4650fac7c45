// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What lies below it, and may be deleted at any time:
//
//     tokens/                 of texts                 core/data/token_cache.h
//     measurements/           of models                core/storage/measurement_cache.h
//     weights-hashes.json     of parents               core/engine/remembered_hash.h
//     libtorch-*, downloads/  what a build needs       cmake/setup/setup.sh
//     files without a name    while they are needed    core/storage/scratch_file.h

#include <filesystem>
#include <optional>

namespace espalier {

/// Where things are kept that can be made again: espalier below XDG_CACHE_HOME, else below
/// ~/.cache (XDG Base Directory Specification: relative paths don't count). Nothing if neither is
/// known. The folder need not exist.
[[nodiscard]] std::optional<std::filesystem::path> cacheFolder();

/// Where ScratchFiles lie: in that folder, or else in the system's for temporary files, which may
/// be memory.
[[nodiscard]] std::filesystem::path scratchFolder();

} // namespace espalier
