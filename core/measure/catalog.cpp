// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/catalog.h"

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

std::span<const MeasurementRow> measurementRows()
{
    static constexpr auto rows = std::to_array<MeasurementRow>({
        {.id = kMeanAbs,
            .title = "Mean |activation|",
            .formula = "mean over tokens of |a|, for each residual channel, head channel and MLP "
                       "unit of each block",
            .paper = "Samragh et al. 2023, arXiv 2312.09299, section 4.1",
            .byDefault = true,
            .begin = beginMeanAbs},
        {.id = "rms",
            .title = "Root mean square",
            .formula = "sqrt(mean over tokens of a²)",
            .paper = "Muralidharan et al. 2024, arXiv 2407.14679, section 2.2",
            .begin = beginRms},
        {.id = "variance",
            .title = "Variance",
            .formula = "mean over tokens of (a - mean a)²",
            .paper = "An et al. 2023, arXiv 2312.11983, section 3",
            .begin = beginVariance},
        {.id = "minitron",
            .title = "Minitron's norm of means",
            .formula = "sqrt(sum over samples of (mean over the sample's tokens of |a|)²)",
            .paper = "Muralidharan et al. 2024, arXiv 2407.14679, section 2.2",
            .begin = beginMinitron},
        {.id = "wanda",
            .title = "Wanda, per input channel",
            .formula = "sum over consumers and their rows i of |W_ij| |X_j|, X_j being what they "
                       "read over all tokens",
            .paper = "Sun et al. 2023, arXiv 2306.11695, section 3",
            .begin = beginWanda},
        {.id = "weight-norm",
            .title = "Weight norm",
            .formula = "sum of |producer's row| times sum of |consumer's column|, without data",
            .paper = "Li et al. 2016, arXiv 1608.08710, section 3.1",
            .begin = beginWeightNorm},
        {.id = "taylor",
            .title = "Taylor, of weights",
            .formula = "sum of |w dL/dw| over all that goes with a channel",
            .paper = "Ma et al. 2023, arXiv 2305.11627, section 3.2",
            .labels = true,
            .gradients = true,
            .begin = beginTaylor},
        {.id = "activation-taylor",
            .title = "Taylor, of activations",
            .formula = "mean over tokens of |a dL/da|",
            .paper = "Molchanov et al. 2016, arXiv 1611.06440, section 2.2",
            .labels = true,
            .gradients = true,
            .begin = beginActivationTaylor},
        {.id = "residual-change",
            .title = "Residual change",
            .formula =
                "mean over tokens of |f(x)| / |x + f(x)|, for each block and its attention and MLP",
            .paper = "Samragh et al. 2023, arXiv 2312.09299, section 3",
            .byDefault = true,
            .begin = beginResidualChange},
        {.id = "block-influence",
            .title = "Block influence",
            .formula = "1 - mean over tokens of cos(x_l, x_l+1)",
            .paper = "Men et al. 2024, arXiv 2403.03853",
            .begin = beginBlockInfluence},
        {.id = "angular-distance",
            .title = "Angular distance over n blocks",
            .formula = "arccos(cos(x_l, x_l+n)) / pi, of the last token in causal models",
            .paper = "Gromov et al. 2024, arXiv 2403.17887",
            .begin = beginAngularDistance},
        {.id = "block-losses",
            .title = "Loss without and with two of a block",
            .formula = "mean cross-entropy with block l left out, and with block l run twice",
            .paper = "Veit et al. 2016, arXiv 1605.06431; Samragh et al. 2023, section 3",
            .byDefault = true,
            .labels = true,
            .begin = beginBlockLosses},
        {.id = "greedy-removal",
            .title = "Greedy removal of blocks",
            .formula = "each time without the block whose removal leaves the least cross-entropy",
            .paper = "Song et al. 2024, arXiv 2402.09025",
            .labels = true,
            .expensive = true,
            .begin = beginGreedyRemoval},
        {.id = "residual-covariance",
            .title = "Second moment of the stream",
            .formula = "mean over its taps of E[x x'] / trace E[x x'], and its eigenvectors",
            .paper = "Ashkboos et al. 2024, arXiv 2401.15024, section 3.3",
            .expensive = true,
            .begin = beginResidualCovariance,
            .memory = residualCovarianceBytes},
        {.id = "projection-moments",
            .title = "Second moments in front of output and down projections",
            .formula = "E[a a'] of head contexts and of MLP units, for each block",
            .paper = "Hoerl and Kennard 1970, Technometrics 12(1); Ashkboos et al. 2024",
            .expensive = true,
            .begin = beginProjectionMoments,
            .memory = projectionMomentBytes},
    });
    return rows;
}

} // namespace espalier
