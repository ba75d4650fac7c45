// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/plan/measurements.h"

namespace espalier::test {

/// A language model that fits on paper: 4 blocks, width 4, two heads of 2, 3 MLP units, 5 words, 6
/// positions.
inline ModelConfig toyConfig()
{
    ModelConfig config;
    config.family = "gpt2";
    config.shape = {.layers = 4,
        .hidden = 4,
        .heads = 2,
        .kvHeads = 2,
        .headDim = 2,
        .mlp = 3,
        .vocab = 5,
        .positions = 6};
    config.flavour.scaledResidualInit = true;
    return config;
}

inline ModelShape toyShape(
    std::int64_t layers, std::int64_t hidden, std::int64_t heads, std::int64_t mlp)
{
    ModelShape shape = toyConfig().shape;
    shape.layers = layers;
    shape.hidden = hidden;
    shape.heads = heads;
    shape.kvHeads = heads;
    shape.mlp = mlp;
    return shape;
}

inline Matrix matrixOf(std::int64_t rows, std::int64_t cols, std::vector<double> values)
{
    return {rows, cols, std::move(values)};
}

/// Scores under which residual channels rank 2, 0, 3, 1 after plain sums, head 1 beats head 0 in
/// even blocks and loses in odd ones, and MLP units rank 2, 0, 1; block 2 changes the stream least,
/// then block 1.
inline Measurements toyMeasurements()
{
    Measurements m;
    m.parentHash = "toy";
    m.data = "toy";
    m.samples = 1;
    m.tokens = 1;
    ChannelScores& scores = m.scores[std::string(kMeanAbs)];
    scores.embedding_D = {0.2, 0.1, 0.4, 0.1};
    for (int l = 0; l < 4; ++l) {
        const double loud = l + 1;
        for (Matrix* tap : {&scores.attentionNorm_LD, &scores.afterAttention_LD, &scores.mlpNorm_LD,
                 &scores.afterMlp_LD}) {
            tap->rows = 4;
            tap->cols = 4;
            for (const double score : {3.0, 1.0, 4.0, 2.0})
                tap->values.push_back(loud * score);
        }
        const std::vector<double> heads =
            l % 2 == 0 ? std::vector<double>{1, 2, 3, 4} : std::vector<double>{5, 2, 1, 1};
        scores.context_LC.values.insert(scores.context_LC.values.end(), heads.begin(), heads.end());
        scores.mlp_LM.values.insert(scores.mlp_LM.values.end(), {0.5, 0.1, 0.9});
    }
    scores.context_LC.rows = scores.mlp_LM.rows = 4;
    scores.context_LC.cols = 4;
    scores.mlp_LM.cols = 3;
    m.change_L = {0.9, 0.3, 0.2, 0.5};
    m.attentionChange_L = m.mlpChange_L = {0.5, 0.2, 0.1, 0.3};
    return m;
}

} // namespace espalier::test
