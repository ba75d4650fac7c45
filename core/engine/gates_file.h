// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/training/gates.h"

#include <cstdint>
#include <filesystem>

namespace espalier {

/// gates-STEP.json of a lane whose new members are gated from that step on (0: from its start): no
/// plan is made again when the run is opened.
[[nodiscard]] Status writeNewMembers(
    const NewMembers& members, const std::filesystem::path& laneFolder, std::int64_t step);
/// Refused: no such file, or one that names what a model of this shape has not.
[[nodiscard]] Result<NewMembers> readNewMembers(
    const std::filesystem::path& laneFolder, std::int64_t step, const ModelShape& shape);

} // namespace espalier
