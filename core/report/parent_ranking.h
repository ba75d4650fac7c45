// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/report/table.h"

#include <optional>
#include <string>
#include <vector>

namespace espalier {

/// How near a parent is to a wanted shape. Nearness beats quality: GPT-2 M starts better from L
/// than from the better XL (Samragh et al. 2023, figure 13); see also Xu et al. 2024, table 7.
struct ParentFit
{
    std::string parent;
    std::string problem = {}; ///< why nothing can be made from it; empty: something can
    double keptParameters = 0; ///< the smaller model's parameters as a share of the larger one's
    bool sameHeadDim = false;
    double depthRatio = 0; ///< fewer blocks over more
    std::optional<double> retainedEnergy = std::nullopt; ///< share of the stream's energy that the
                                                         ///< kept channels hold
    std::optional<double> untrainedLoss = std::nullopt; ///< of the destination, nats
};

/// The first four fields, from shapes alone.
[[nodiscard]] ParentFit fitOf(
    std::string name, const ModelConfig& parent, const ModelShape& wanted);

/// Best first: those that work, heads of the wanted size, then the share of parameters kept times
/// the ratio of depths. Ties keep their order.
[[nodiscard]] std::vector<ParentFit> rankedParents(std::vector<ParentFit> fits);

[[nodiscard]] Table parentTable(const std::vector<ParentFit>& fits);

} // namespace espalier
