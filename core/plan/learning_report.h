// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis.h"

#include <vector>

namespace espalier {

/// How large the weights are that write a grown axis: mean Euclidean norm of the destination's
/// matrix rows, over all matrices with that label.
struct NeuronNorms
{
    AxisLabel label = AxisLabel::Residual;
    double kept = 0; ///< rows of neurons that the parent had
    double added = 0; ///< rows of new ones
    friend bool operator==(const NeuronNorms&, const NeuronNorms&) = default;
};

/// What learning a plan's operators did and cost.
struct LearningReport
{
    std::vector<double> losses; ///< of each step's batch, before its update; nats
    double startNorm = 0; ///< |M0|: Euclidean norm of all numbers that may be tuned
    double distance = 0; ///< |M - M0|
    std::vector<double> distances; ///< the same after every step
    double seconds = 0;
    double flops = 0; ///< forward and backward of the destination and of the operators
    std::vector<NeuronNorms> norms; ///< after learning
};

} // namespace espalier
