// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/load_diagnosis.h"

#include <string_view>

namespace espalier {

/// How many of the names this family's table knows, whatever the task. Of very many, the first
/// 10 000 stand for all.
[[nodiscard]] FamilyMatch matchOf(
    std::string_view familyId, const std::vector<StoredHeader>& tensors);

/// The family whose table knows most of them; of equals the `stated` one, else the first of the
/// catalog (tables of kin know the same names). Nothing if none knows any.
[[nodiscard]] std::optional<FamilyMatch> nearestFamily(
    const std::vector<StoredHeader>& tensors, std::string_view stated = {});

/// Blocks of the trunk that the names count up to.
[[nodiscard]] std::int64_t blocksNamed(
    std::string_view familyId, const std::vector<StoredHeader>& tensors);

} // namespace espalier
