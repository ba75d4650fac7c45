// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/catalog.h"
#include "tests/support/toy_config.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace espalier::test {

/// Everything that any shrinker reads, by hand: each metric has the toy's scores.
inline Measurements everythingMeasured()
{
    Measurements m = toyMeasurements();
    const ChannelScores scores = m.scores.at(std::string(kMeanAbs));
    for (const char* metric :
        {"rms", "variance", "minitron", "wanda", "weight-norm", "taylor", "activation-taylor"})
        m.scores[metric] = scores;
    m.blockInfluence_L = {0.4, 0.1, 0.2, 0.3};
    m.lossRemoved_L = {9, 4, 3, 8};
    m.greedyRemoval_L = {1, 2, 3};
    const double none = std::nan("");
    m.angularDistance_NL = matrixOf(4, 4,
        {0.4, 0.3, 0.2, 0.1, 0.5, 0.1, 0.2, none, 0.6, 0.7, none, none, 0.8, none, none, none});
    m.contextMoment_LCC.assign(4, matrixOf(4, 4, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}));
    m.mlpMoment_LMM.assign(4, matrixOf(3, 3, {1, 0, 0, 0, 1, 0, 0, 0, 1}));
    m.residualBasis_DD = matrixOf(4, 4, {0, 0, 1, 0, 0.8, 0.6, 0, 0, -0.6, 0.8, 0, 0, 0, 0, 0, 1});
    m.residualEnergy_D = {0.6, 0.2, 0.1, 0.1};
    return m;
}

inline Result<TransferPlan> planOfToy(const char* method, ModelShape shape,
    const Measurements& measurements, Options options = {}, ModelConfig parent = toyConfig())
{
    return makePlan(*findMethod(method),
        {.parent = std::move(parent),
            .childShape = shape,
            .measurements = &measurements,
            .options = std::move(options)});
}

inline std::vector<int> parentBlocksOf(const TransferPlan& plan)
{
    std::vector<int> blocks;
    for (const DestinationBlock& block : plan.blocks)
        blocks.push_back(block.terms.at(0).parentBlock);
    return blocks;
}

inline const std::vector<std::int64_t>& streamOf(const TransferPlan& plan)
{
    return plan.globalMaps.at(AxisLabel::Residual).child_from_parent;
}

inline const std::vector<std::int64_t>& keptIn(
    const TransferPlan& plan, std::size_t block, AxisLabel label)
{
    return plan.blocks.at(block).terms.at(0).maps.at(label).child_from_parent;
}

} // namespace espalier::test
