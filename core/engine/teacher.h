// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/engine/race.h"
#include "core/tensors/parameter_set.h"

#include <optional>
#include <string>

namespace espalier {

/// The model that this training listens to, if any: the one it names, else `parent` (a MODEL).
/// Refused: no such model, or one with other inputs or outputs than the student's, or with fewer
/// positions than samples have tokens (0: images).
[[nodiscard]] Result<std::optional<ParameterSet>> teacherFor(const TrainSettings& settings,
    const std::string& parent, const ModelConfig& student, std::int64_t sequenceLength,
    const Progress& progress);

} // namespace espalier
