// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/session.h"
#include "core/report/parent_ranking.h"

#include <optional>
#include <string>
#include <vector>

namespace espalier {

struct RecommendSettings
{
    std::vector<std::string> parents; ///< MODELs
    /// Sizes wanted, by kAllSizes; what is not given follows each parent's ratios.
    std::vector<std::pair<Size, std::int64_t>> sizes;
    std::optional<DataSpec> data; ///< to measure energy and the untrained loss on; none: neither
    std::int64_t samples = 64;
};

/// Ranks parents for a wanted shape. The untrained loss is that of the default method's destination
/// where it reaches the shape. A parent that cannot be opened or cannot reach the shape is listed
/// with the reason.
[[nodiscard]] Result<std::vector<ParentFit>> recommendParents(
    const RecommendSettings& settings, const Progress& progress = {});

} // namespace espalier
