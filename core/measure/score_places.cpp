// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/score_places.h"

namespace espalier {

namespace {

Matrix zeros(std::int64_t rows, std::int64_t cols)
{
    return {.rows = rows,
        .cols = cols,
        .values = std::vector<double>(static_cast<std::size_t>(rows * cols), 0.0)};
}

/// A block's row at a place of the trunk; empty behind it.
std::span<double> rowOf(Matrix& matrix, int row)
{
    if (row >= matrix.rows)
        return {};
    const auto cols = static_cast<std::size_t>(matrix.cols);
    return std::span(matrix.values).subspan(static_cast<std::size_t>(row) * cols, cols);
}

/// The same at a place that goes on behind the trunk.
std::span<double> rowOf(Matrix& trunk, Matrix& behind, int block)
{
    return block < trunk.rows ? rowOf(trunk, block)
                              : rowOf(behind, block - static_cast<int>(trunk.rows));
}

template <typename Values, typename Scores> std::array<Values*, kScorePlaces> listed(Scores& scores)
{
    return {&scores.embedding_D, &scores.attentionNorm_LD.values, &scores.afterAttention_LD.values,
        &scores.mlpNorm_LD.values, &scores.afterMlp_LD.values, &scores.context_LC.values,
        &scores.mlp_LM.values, &scores.classContext_LC.values, &scores.classMlp_LM.values};
}

} // namespace

ChannelScores zeroScores(const ModelShape& shape)
{
    const Matrix stream_LD = zeros(shape.layers, shape.hidden);
    const std::int64_t context = shape.heads * shape.headDim;
    const bool isBehind = shape.classLayers > 0;
    return {.embedding_D = std::vector<double>(static_cast<std::size_t>(shape.hidden), 0.0),
        .attentionNorm_LD = stream_LD,
        .afterAttention_LD = stream_LD,
        .mlpNorm_LD = stream_LD,
        .afterMlp_LD = stream_LD,
        .context_LC = zeros(shape.layers, context),
        .mlp_LM = zeros(shape.layers, shape.mlp),
        .classContext_LC = isBehind ? zeros(shape.classLayers, context) : Matrix{},
        .classMlp_LM = isBehind ? zeros(shape.classLayers, shape.classMlp) : Matrix{}};
}

std::span<double> scoresAt(ChannelScores& scores, Tap tap, int block)
{
    switch (tap) {
    case Tap::Embedding:
        return scores.embedding_D;
    case Tap::AttentionNorm:
        return rowOf(scores.attentionNorm_LD, block);
    case Tap::AfterAttention:
        return rowOf(scores.afterAttention_LD, block);
    case Tap::MlpNorm:
        return rowOf(scores.mlpNorm_LD, block);
    case Tap::AfterMlp:
        return rowOf(scores.afterMlp_LD, block);
    case Tap::Context:
        return rowOf(scores.context_LC, scores.classContext_LC, block);
    case Tap::MlpHidden:
        return rowOf(scores.mlp_LM, scores.classMlp_LM, block);
    case Tap::AttentionOut:
    case Tap::MlpOut:
    case Tap::FinalNorm:
        return {};
    }
    return {};
}

std::array<std::vector<double>*, kScorePlaces> placesOf(ChannelScores& scores)
{
    return listed<std::vector<double>>(scores);
}

std::array<const std::vector<double>*, kScorePlaces> placesOf(const ChannelScores& scores)
{
    return listed<const std::vector<double>>(scores);
}

ChannelScores meansOf(ChannelScores sums, const PassTotals& totals)
{
    for (std::vector<double>* values : placesOf(sums)) {
        const bool classTokens =
            values == &sums.classContext_LC.values || values == &sums.classMlp_LM.values;
        const auto rows = static_cast<double>(classTokens ? totals.samples : totals.tokens);
        for (double& value : *values)
            value /= rows;
    }
    return sums;
}

} // namespace espalier
