// SPDX-License-Identifier: GPL-3.0-or-later
//
// Metrics of activations on numbers that a reader can check.
#include "core/measure/minitron.h"
#include "core/measure/rms.h"
#include "core/measure/variance.h"
#include "tests/support/engine/measuring.h"
#include "tests/support/toy_model.h"

#include <ATen/ops/tensor.h>

namespace espalier {
namespace {

/// Scores of an embedding of one channel.
double scoreOf(std::unique_ptr<Probe> (*begin)(const ModelConfig&), std::string_view metric,
    const std::vector<at::Tensor>& batches_BT)
{
    ModelConfig config = test::toyGpt2();
    config.shape.hidden = 1;
    const std::unique_ptr<Probe> probe = begin(config);
    PassTotals totals;
    for (const at::Tensor& batch_BT : batches_BT) {
        test::show(*probe, Tap::Embedding, -1, batch_BT.unsqueeze(-1));
        totals.tokens += batch_BT.numel();
        totals.samples += batch_BT.size(0);
    }
    Measurements measurements;
    const ParameterSet parameters{.config = config};
    WeightsInMemory weights(parameters);
    EXPECT_TRUE(probe->finish(measurements, weights, totals, {}));
    return measurements.scoresBy(metric)->embedding_D.at(0);
}

at::Tensor rows(std::initializer_list<float> values, std::int64_t samples = 1)
{
    return at::tensor(values).view({samples, -1});
}

TEST(Rms, IsTheRootOfTheMeanSquare)
{
    EXPECT_DOUBLE_EQ(scoreOf(beginRms, "rms", {rows({1, -7}), rows({-1, 7})}), 5);
}

TEST(Variance, IsTheMeanSquaredDistanceFromTheMean)
{
    EXPECT_DOUBLE_EQ(scoreOf(beginVariance, "variance", {rows({1, 3}), rows({5, 7})}), 5);
    EXPECT_EQ(scoreOf(beginVariance, "variance", {rows({-2, -2})}), 0);
}

TEST(Variance, KeepsItsDigitsFarFromZero)
{
    EXPECT_DOUBLE_EQ(
        scoreOf(beginVariance, "variance", {rows({1000000, 1000002}), rows({1000004, 1000006})}),
        5);
}

TEST(Minitron, TakesMeansOverTokensAndNormsOverSamples)
{
    EXPECT_DOUBLE_EQ(scoreOf(beginMinitron, "minitron", {rows({2, -4, 0, 8}, 2)}), 5)
        << "means 3 and 4";
    EXPECT_DOUBLE_EQ(scoreOf(beginMinitron, "minitron", {rows({2, -4}), rows({0, 8})}), 5);
}

TEST(Minitron, CountsOnlyTheTokensOfASample)
{
    ModelConfig config = test::toyGpt2();
    config.shape.hidden = 1;
    const std::unique_ptr<Probe> probe = beginMinitron(config);
    const at::Tensor rows_NC = rows({3, 4, 4, 4}).view({4, 1});
    const std::vector<std::int64_t> tokens_B{1, 0, 3};
    probe->observe({Tap::Embedding, -1, rows_NC, rows_NC, tokens_B});
    Measurements measurements;
    const ParameterSet parameters{.config = config};
    WeightsInMemory weights(parameters);
    ASSERT_TRUE(probe->finish(measurements, weights, {}, {}));
    EXPECT_DOUBLE_EQ(measurements.scoresBy("minitron")->embedding_D[0], 5);
}

} // namespace
} // namespace espalier
