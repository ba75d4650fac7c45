// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_shape.h"
#include "core/base/result.h"

#include <filesystem>
#include <optional>
#include <string>

namespace espalier {

inline constexpr const char* kConfigFile = "config.json";

/// A model folder's config.json, of at most 16 MiB. Errors: those of resolveModelFile() and
/// readFileBytes().
[[nodiscard]] Result<std::string> readConfigText(const std::filesystem::path& folder);

/// The sizes that the folder's config.json states; nothing if it has none that can be read. Other
/// models share such a folder's tokenizer and processor: those that are scaled from it.
[[nodiscard]] std::optional<ModelShape> ownShapeOf(const std::filesystem::path& folder);

} // namespace espalier
