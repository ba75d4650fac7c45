// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/measurements.h"

#include <vector>

namespace espalier {

/// What masks over a parent's axes found worth keeping when they were learned for one shape
/// (Sheared LLaMA, arXiv 2310.06694, section 2.1). The higher a logit, the surer the thing stays;
/// axes that keep their size have no scores.
struct LearnedMasks
{
    ChannelScores scores; ///< the stream's in embedding_D, a head's on all channels of context_LC
    std::vector<double> blocks_L;

    std::vector<double> losses; ///< of the masked parent, step by step
    double hidden = 0; ///< expected sizes at the end; what is planned is the shape asked for
    double heads = 0;
    double mlp = 0;
    double layers = 0;

    friend bool operator==(const LearnedMasks&, const LearnedMasks&) = default;
};

} // namespace espalier
