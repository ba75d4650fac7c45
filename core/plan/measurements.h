// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis_map.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// The metric of Samragh et al. 2023 (arXiv 2312.09299, section 4.1): mean |activation|.
inline constexpr std::string_view kMeanAbs = "mean-abs";

/// How important one metric finds every channel, at each place where it looks. Higher: keep. A
/// place that the metric has nothing to say about is empty.
///
/// The stream is looked at in two ways: as it is (embedding, after attention, after the MLP) and as
/// attention and the MLP read it, behind their norms. Blocks without norms in front (post-norm)
/// read the stream as it is.
struct ChannelScores
{
    std::vector<double> embedding_D; ///< the stream that enters block 0
    Matrix attentionNorm_LD; ///< what attention reads, [layers, d]
    Matrix afterAttention_LD; ///< the stream after attention's add, [layers, d]
    Matrix mlpNorm_LD; ///< what the MLP reads, [layers, d]
    Matrix afterMlp_LD; ///< the stream after the MLP's add, [layers, d]
    Matrix context_LC; ///< head contexts, input of the output projection, [layers, heads * headDim]
    Matrix mlp_LM; ///< MLP hidden units after the activation, input of the down projection,
                   ///< [layers, m]
    /// The same in class-attention blocks, which the class token alone passes: what is a mean over
    /// tokens elsewhere is one over samples. [class layers, heads * headDim]
    Matrix classContext_LC;
    Matrix classMlp_LM; ///< [class layers, m of those]

    friend bool operator==(const ChannelScores&, const ChannelScores&) = default;
};

/// What a calibration pass found out about a parent; plain numbers that methods read and views
/// draw. All sums over tokens and samples were accumulated in double. What was not measured is
/// empty.
struct Measurements
{
    std::string parentHash; ///< of the weights that were measured
    std::string data; ///< what they were measured on, as a person would name it
    std::string
        source; ///< the same as DATA, with the settings below: what a recipe needs to measure again
    std::int64_t sequenceLength = 0; ///< tokens per sample; 0 for images
    std::int64_t batch = 0; ///< samples at a time
    double validationShare = 0;
    std::string textField = "text";
    std::string tokenizer = {};
    bool skipBroken = false;
    std::int64_t samples = 0;
    std::int64_t tokens = 0;

    std::map<std::string, ChannelScores, std::less<>> scores; ///< by metric id ("mean-abs")

    // Residual change: mean over tokens of |f(x)| / |x + f(x)| (Samragh et al. 2023, section 3,
    // figure 2).
    std::vector<double> change_L; ///< of the whole block
    std::vector<double> attentionChange_L;
    std::vector<double> mlpChange_L;

    /// 1 - mean over tokens of cos(x_l, x_l+1), x_l being the stream that enters block l (Men et
    /// al. 2024, arXiv 2403.03853).
    std::vector<double> blockInfluence_L;
    /// [layers, layers]: row n - 1, column l holds arccos(cos(x_l, x_l+n)) / pi, a mean over
    /// samples of the last token that counts (causal models) or over all tokens; NaN where l + n >
    /// layers (Gromov et al. 2024, arXiv 2403.17887).
    Matrix angularDistance_NL;

    // Loss of the unchanged model, with block l removed, with block l run twice.
    double baseLoss = 0;
    std::vector<double> lossRemoved_L;
    std::vector<double> lossDuplicated_L;
    /// Blocks in the order in which they go when each time the one goes whose removal costs least,
    /// and the loss after each.
    std::vector<std::int64_t> greedyRemoval_L;
    std::vector<double> greedyLoss_L;

    /// Uncentred second moment of the stream: the mean over its taps of E[x x'] divided by its
    /// trace, so that loud layers weigh no more than others. Trace 1.
    Matrix residualCovariance_DD;
    /// Its eigenvectors, one per row, strongest first, each with its largest entry positive (the
    /// first of equals); and its eigenvalues. Of components without energy any orthonormal rest.
    Matrix residualBasis_DD;
    std::vector<double> residualEnergy_D;
    // E[a a'] of each block's inputs of the output and the down projection.
    std::vector<Matrix> contextMoment_LCC;
    std::vector<Matrix> mlpMoment_LMM;

    /// Null if this metric was not measured.
    [[nodiscard]] const ChannelScores* scoresBy(std::string_view metric) const
    {
        const auto found = scores.find(metric);
        return found == scores.end() ? nullptr : &found->second;
    }

    friend bool operator==(const Measurements&, const Measurements&) = default;
};

} // namespace espalier
