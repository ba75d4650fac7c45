// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/lane.h"
#include "core/engine/race.h"

#include <filesystem>
#include <vector>

namespace espalier {

/// Makes every lane's start (or takes it from `starts`, if there are any) and writes race.json and
/// the checkpoints of step 0 as one new folder. Opens the data too, so that what cannot be trained
/// leaves no folder behind. Errors: Refused (folder in use, model, recipe, data), Resource,
/// Cancelled.
[[nodiscard]] Status makeRunFolder(const RaceSpec& spec, const std::vector<Model>& starts,
    const std::filesystem::path& folder, const Progress& progress);

[[nodiscard]] Result<RaceSpec> readSpecOfRun(const std::filesystem::path& folder);

/// Every lane where its checkpoint stands; lanes with the same data share it.
[[nodiscard]] Result<std::vector<Lane>> openLanes(
    const RaceSpec& spec, const std::filesystem::path& folder, const Progress& progress);

} // namespace espalier
