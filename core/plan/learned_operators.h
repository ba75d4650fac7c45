// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/learning_report.h"
#include "core/plan/operators.h"

#include <string>
#include <vector>

namespace espalier {

/// Operators that were learned, with all that must agree before they can serve another plan.
struct LearnedOperators
{
    std::string method; ///< id
    std::string parentHash; ///< of the weights they were learned on
    ModelShape parent; ///< the sizes that a destination may change, of both
    ModelShape child;
    Operators operators;
    std::vector<double> widthMoved; ///< distance of each width operator from its start
    std::vector<double> depthMoved;
    LearningReport report; ///< norms are not stored
};

} // namespace espalier
