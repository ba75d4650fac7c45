// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <CLI/CLI.hpp>

namespace espalier::bench {

// Each adds its subcommand to the program; `outcome` tells what became of it.
void addTrain(CLI::App& program, Status& outcome);
void addMeasure(CLI::App& program, Status& outcome);
void addForward(CLI::App& program, Status& outcome);
void addScale(CLI::App& program, Status& outcome);
void addList(CLI::App& program, Status& outcome);
void addDecode(CLI::App& program, Status& outcome);
void addTokenize(CLI::App& program, Status& outcome);
void addLigo(CLI::App& program, Status& outcome);
void addApply(CLI::App& program, Status& outcome);
void addPlan(CLI::App& program, Status& outcome);
void addBasis(CLI::App& program, Status& outcome);

} // namespace espalier::bench
