// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/recipe/recipe.h"

#include <CLI/App.hpp>

#include <string>

namespace espalier::cli {

/// --data and what goes with it, in a group of the command's help.
void addDataOptions(CLI::App& command, DataSpec& data, const std::string& group = "Data");

/// --split, for commands that validate.
void addSplitOption(CLI::App& command, DataSpec& data, const std::string& group = "Data");

} // namespace espalier::cli
