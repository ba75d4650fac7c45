// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/recipe/recipe.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

namespace espalier::cli {

/// --teacher and what else goes with any start, as typed.
struct AidOptions
{
    TrainingAids aids;
    bool distils = false;
    std::string teacher;
    double weight = 0.5;
    std::optional<double> finalWeight;
    double temperature = 1;
    double hiddenWeight = 0;
};

void addAidOptions(CLI::App& command, AidOptions& options);
[[nodiscard]] TrainingAids aidsFrom(const AidOptions& options);

} // namespace espalier::cli
