// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/measurement_facts.h"

#include "core/plan/measurements.h"

#include <algorithm>
#include <array>

namespace espalier {

std::span<const MeasurementFacts> measurementFacts()
{
    static constexpr auto facts = std::to_array<MeasurementFacts>({
        {.id = kMeanAbs,
            .title = "Mean |activation|",
            .words = "the mean |activation| of every channel",
            .formula = "mean over tokens of |a|, for each residual channel, head channel and MLP "
                       "unit of each block",
            .paper = "Samragh et al. 2023, arXiv 2312.09299, section 4.1",
            .byDefault = true},
        {.id = "rms",
            .title = "Root mean square",
            .words = "the root mean square of every channel",
            .formula = "sqrt(mean over tokens of a²)",
            .paper = "Muralidharan et al. 2024, arXiv 2407.14679, section 2.2"},
        {.id = "variance",
            .title = "Variance",
            .words = "the variance of every channel",
            .formula = "mean over tokens of (a - mean a)²",
            .paper = "An et al. 2023, arXiv 2312.11983, section 3"},
        {.id = "minitron",
            .title = "Minitron's norm of means",
            .words = "the norm of every channel's means",
            .formula = "sqrt(sum over samples of (mean over the sample's tokens of |a|)²)",
            .paper = "Muralidharan et al. 2024, arXiv 2407.14679, section 2.2"},
        {.id = "wanda",
            .title = "Wanda, per input channel",
            .words = "every channel's weights times its norm",
            .formula = "sum over consumers and their rows i of |W_ij| |X_j|, X_j being what they "
                       "read over all tokens",
            .paper = "Sun et al. 2023, arXiv 2306.11695, section 3"},
        {.id = "weight-norm",
            .title = "Weight norm",
            .words = "the norms of every channel's weights",
            .formula = "sum of |producer's row| times sum of |consumer's column|, without data",
            .paper = "Li et al. 2016, arXiv 1608.08710, section 3.1",
            .pass = MeasurementPass::Weights},
        {.id = "taylor",
            .title = "Taylor, of weights",
            .words = "the loss's gradients by the weights",
            .formula = "sum of |w dL/dw| over all that goes with a channel",
            .paper = "Ma et al. 2023, arXiv 2305.11627, section 3.2",
            .labels = true,
            .pass = MeasurementPass::Backward},
        {.id = "activation-taylor",
            .title = "Taylor, of activations",
            .words = "the loss's gradients by the activations",
            .formula = "mean over tokens of |a dL/da|",
            .paper = "Molchanov et al. 2016, arXiv 1611.06440, section 2.2",
            .labels = true,
            .pass = MeasurementPass::Backward},
        {.id = "residual-change",
            .title = "Residual change",
            .words = "how much every block changes the stream",
            .formula =
                "mean over tokens of |f(x)| / |x + f(x)|, for each block and its attention and MLP",
            .paper = "Samragh et al. 2023, arXiv 2312.09299, section 3",
            .byDefault = true},
        {.id = "block-influence",
            .title = "Block influence",
            .words = "how far every block turns the stream",
            .formula = "1 - mean over tokens of cos(x_l, x_l+1)",
            .paper = "Men et al. 2024, arXiv 2403.03853"},
        {.id = "angular-distance",
            .title = "Angular distance over n blocks",
            .words = "how far every run of blocks turns the stream",
            .formula = "arccos(cos(x_l, x_l+n)) / pi, of the last token in causal models",
            .paper = "Gromov et al. 2024, arXiv 2403.17887"},
        {.id = "block-losses",
            .title = "Loss without and with two of a block",
            .words = "the loss without each block",
            .formula = "mean cross-entropy with block l left out, and with block l run twice",
            .paper = "Veit et al. 2016, arXiv 1605.06431; Samragh et al. 2023, section 3",
            .byDefault = true,
            .labels = true,
            .further = "two more for each block, left out and run twice"},
        {.id = "greedy-removal",
            .title = "Greedy removal of blocks",
            .words = "which blocks the loss misses least, one after another",
            .formula = "each time without the block whose removal leaves the least cross-entropy",
            .paper = "Song et al. 2024, arXiv 2402.09025",
            .labels = true,
            .further = "one more for each block that may go, each time one goes",
            .expensive = true},
        {.id = "residual-covariance",
            .title = "Second moment of the stream",
            .words = "the second moment of the stream",
            .formula = "mean over its taps of E[x x'] / trace E[x x'], and its eigenvectors",
            .paper = "Ashkboos et al. 2024, arXiv 2401.15024, section 3.3",
            .expensive = true},
        {.id = "projection-moments",
            .title = "Second moments in front of output and down projections",
            .words = "the second moments of head contexts and MLP units",
            .formula = "E[a a'] of head contexts and of MLP units, for each block",
            .paper = "Hoerl and Kennard 1970, Technometrics 12(1); Ashkboos et al. 2024",
            .expensive = true},
    });
    return facts;
}

const MeasurementFacts* findMeasurement(std::string_view id)
{
    const auto facts = measurementFacts();
    const auto found = std::ranges::find(facts, id, &MeasurementFacts::id);
    return found == facts.end() ? nullptr : &*found;
}

} // namespace espalier
