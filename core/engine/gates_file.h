// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/training/gates.h"

#include <filesystem>

namespace espalier {

/// gates.json of a lane whose new members are gated: its recipe's plan is not made again when the
/// run is opened.
[[nodiscard]] Status writeNewMembers(
    const NewMembers& members, const std::filesystem::path& laneFolder);
/// Refused: no such file, or one that names what a model of this shape has not.
[[nodiscard]] Result<NewMembers> readNewMembers(
    const std::filesystem::path& laneFolder, const ModelShape& shape);

} // namespace espalier
