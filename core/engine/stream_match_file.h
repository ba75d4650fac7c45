// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/training/stream_match.h"

#include <filesystem>

namespace espalier {

/// streams.json of a lane that compares hidden states: its recipe's plan is not made again when the
/// run is opened.
[[nodiscard]] Status writeStreamMatch(
    const StreamMatch& match, const std::filesystem::path& laneFolder);
/// Refused: no such file, or one that does not fit these models.
[[nodiscard]] Result<StreamMatch> readStreamMatch(
    const std::filesystem::path& laneFolder, const ModelShape& teacher, const ModelShape& student);

} // namespace espalier
