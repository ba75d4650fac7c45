// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_shape.h"
#include "core/forward/taps.h"
#include "core/plan/measurements.h"

#include <span>

namespace espalier {

/// Zero at every place of a model of this shape.
[[nodiscard]] ChannelScores zeroScores(const ModelShape& shape);

/// The scores of the channels seen at a tap of a block; empty for taps without scores.
[[nodiscard]] std::span<double> scoresAt(ChannelScores& scores, Tap tap, int block);

/// Every score replaced by change(score).
template <typename Change>
[[nodiscard]] ChannelScores mapped(ChannelScores scores, const Change& change)
{
    for (std::vector<double>* values : {&scores.embedding_D, &scores.attentionNorm_LD.values,
             &scores.afterAttention_LD.values, &scores.mlpNorm_LD.values,
             &scores.afterMlp_LD.values, &scores.context_LC.values, &scores.mlp_LM.values})
        for (double& value : *values)
            value = change(value);
    return scores;
}

} // namespace espalier
