// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis_map.h"

#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

/// What a calibration pass found out about a parent; plain numbers that methods read and views
/// draw. Scores are means over tokens, accumulated in double (Samragh et al. 2023, arXiv
/// 2312.09299, section 4.1).
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

    // Mean |activation| per neuron.
    std::vector<double> embedding_D; ///< the stream that enters block 0
    Matrix afterAttention_LD; ///< the stream after attention's add, [layers, d]
    Matrix afterMlp_LD; ///< the stream after the MLP's add, [layers, d]
    Matrix context_LC; ///< head contexts, input of the output projection, [layers, heads * headDim]
    Matrix mlp_LM; ///< MLP hidden units after the activation, input of the down projection,
                   ///< [layers, m]

    // Residual change: mean over tokens of |f(x)| / |x + f(x)| (section 3, figure 2).
    std::vector<double> change_L; ///< of the whole block
    std::vector<double> attentionChange_L;
    std::vector<double> mlpChange_L;

    // Loss of the unchanged model, with block l removed, with block l run twice. Empty when not
    // asked for.
    double baseLoss = 0;
    std::vector<double> lossRemoved_L;
    std::vector<double> lossDuplicated_L;

    friend bool operator==(const Measurements&, const Measurements&) = default;
};

} // namespace espalier
