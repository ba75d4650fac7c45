// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/catalog.h"

#include "core/base/expect.h"
#include "core/measure/activation_taylor.h"
#include "core/measure/angular_distance.h"
#include "core/measure/block_influence.h"
#include "core/measure/block_losses.h"
#include "core/measure/greedy_removal.h"
#include "core/measure/mean_abs.h"
#include "core/measure/minitron.h"
#include "core/measure/projection_moments.h"
#include "core/measure/residual_change.h"
#include "core/measure/residual_covariance.h"
#include "core/measure/rms.h"
#include "core/measure/taylor.h"
#include "core/measure/variance.h"
#include "core/measure/wanda.h"
#include "core/measure/weight_norm.h"

#include <array>

namespace espalier {

namespace {

const MeasurementFacts* factsOf(std::string_view id)
{
    const MeasurementFacts* const facts = findMeasurement(id);
    ESPALIER_EXPECT(facts != nullptr, "every row has facts");
    return facts;
}

} // namespace

std::span<const MeasurementRow> measurementRows()
{
    static const auto rows = std::to_array<MeasurementRow>({
        {factsOf(kMeanAbs), beginMeanAbs},
        {factsOf("rms"), beginRms},
        {factsOf("variance"), beginVariance},
        {factsOf("minitron"), beginMinitron},
        {factsOf("wanda"), beginWanda},
        {factsOf("weight-norm"), beginWeightNorm},
        {factsOf("taylor"), beginTaylor},
        {factsOf("activation-taylor"), beginActivationTaylor},
        {factsOf("residual-change"), beginResidualChange},
        {factsOf("block-influence"), beginBlockInfluence},
        {factsOf("angular-distance"), beginAngularDistance, angularDistanceBytes},
        {factsOf("block-losses"), beginBlockLosses, blockLossesBytes},
        {factsOf("greedy-removal"), beginGreedyRemoval, greedyRemovalBytes},
        {factsOf("residual-covariance"), beginResidualCovariance, residualCovarianceBytes},
        {factsOf("projection-moments"), beginProjectionMoments, projectionMomentBytes},
    });
    return rows;
}

} // namespace espalier
