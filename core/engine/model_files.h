// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace espalier {

inline constexpr const char* kConfigFile = "config.json";

/// A model folder's config.json, of at most 16 MiB. Errors: those of resolveModelFile() and
/// readFileBytes().
[[nodiscard]] Result<std::string> readConfigText(const std::filesystem::path& folder);

} // namespace espalier
