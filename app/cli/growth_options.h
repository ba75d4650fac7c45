// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/recipe/recipe.h"

#include <CLI/App.hpp>

#include <string>
#include <vector>

namespace espalier::cli {

/// --grow, as typed: "STEP,SIZE=N,…[,moments][,freeze=STEPS][,gate=STEPS]:METHOD[:OPTION=VALUE…]".
void addGrowthOption(CLI::App& command, std::vector<std::string>& texts);

/// The stages that they spell for a model that starts as `start`; sizes that follow from others do
/// so as in shapes. A frozen stage leaves the blocks that were there alone. Refused: what cannot be
/// read, unknown sizes, methods and options.
[[nodiscard]] Result<std::vector<GrowthStage>> growthFrom(
    const std::vector<std::string>& texts, const ModelConfig& start);

} // namespace espalier::cli
