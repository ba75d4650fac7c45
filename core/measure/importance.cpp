// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/importance.h"

#include "core/tensors/absolute_sum.h"

namespace espalier {

namespace {

Matrix zeros(std::int64_t rows, std::int64_t cols)
{
    return {.rows = rows,
        .cols = cols,
        .values = std::vector<double>(static_cast<std::size_t>(rows * cols), 0.0)};
}

std::span<double> row(Matrix& matrix, int index)
{
    const auto cols = static_cast<std::size_t>(matrix.cols);
    return std::span(matrix.values).subspan(static_cast<std::size_t>(index) * cols, cols);
}

std::vector<double> means(std::vector<double> sums, std::int64_t tokens)
{
    for (double& sum : sums)
        sum /= static_cast<double>(tokens);
    return sums;
}

Matrix means(const Matrix& sums, std::int64_t tokens)
{
    return {.rows = sums.rows, .cols = sums.cols, .values = means(sums.values, tokens)};
}

class Importance final : public Probe
{
public:
    explicit Importance(const ModelShape& shape)
        : m_embedding_D(static_cast<std::size_t>(shape.hidden), 0.0)
        , m_afterAttention_LD(zeros(shape.layers, shape.hidden))
        , m_afterMlp_LD(zeros(shape.layers, shape.hidden))
        , m_context_LC(zeros(shape.layers, shape.heads * shape.headDim))
        , m_mlp_LM(zeros(shape.layers, shape.mlp))
    {
    }

    void observe(const Observation& seen) override
    {
        switch (seen.tap) {
        case Tap::Embedding:
            return addAbsoluteSums(seen.rows_NC, m_embedding_D);
        case Tap::AfterAttention:
            return addAbsoluteSums(seen.rows_NC, row(m_afterAttention_LD, seen.block));
        case Tap::AfterMlp:
            return addAbsoluteSums(seen.rows_NC, row(m_afterMlp_LD, seen.block));
        case Tap::Context:
            return addAbsoluteSums(seen.rows_NC, row(m_context_LC, seen.block));
        case Tap::MlpHidden:
            return addAbsoluteSums(seen.rows_NC, row(m_mlp_LM, seen.block));
        case Tap::AttentionOut:
        case Tap::MlpOut:
        case Tap::FinalNorm:
            return;
        }
    }

    void finish(Measurements& measurements, std::int64_t tokens) const override
    {
        measurements.embedding_D = means(m_embedding_D, tokens);
        measurements.afterAttention_LD = means(m_afterAttention_LD, tokens);
        measurements.afterMlp_LD = means(m_afterMlp_LD, tokens);
        measurements.context_LC = means(m_context_LC, tokens);
        measurements.mlp_LM = means(m_mlp_LM, tokens);
    }

private:
    std::vector<double> m_embedding_D;
    Matrix m_afterAttention_LD;
    Matrix m_afterMlp_LD;
    Matrix m_context_LC;
    Matrix m_mlp_LM;
};

} // namespace

std::unique_ptr<Probe> beginImportance(const ModelConfig& config)
{
    return std::make_unique<Importance>(config.shape);
}

} // namespace espalier
