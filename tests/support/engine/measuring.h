// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/run_measurements.h"
#include "tests/support/engine/toy_parameters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

namespace espalier::test {

inline PassBatches passOver(const std::vector<Batch>& batches)
{
    return {static_cast<std::int64_t>(batches.size()), [batches](std::int64_t i) {
                return batches[static_cast<std::size_t>(i)];
            }};
}

inline Measurements measured(const ParameterSet& parameters, const std::vector<Batch>& batches,
    const std::vector<std::string_view>& ids)
{
    Result<Measurements> result = runMeasurements(parameters, passOver(batches), ids);
    EXPECT_TRUE(result.ok());
    return *std::move(result);
}

inline ChannelScores scored(
    const ParameterSet& parameters, const std::vector<Batch>& batches, std::string_view metric)
{
    return *measured(parameters, batches, {metric}).scoresBy(metric);
}

/// With something to predict for every task.
inline Batch labelledBatch(const ModelConfig& config, std::int64_t samples)
{
    Batch batch = toyBatch(config, samples);
    if (!batch.labels.defined() && config.flavour.task == Task::MaskedLanguageModel)
        batch.labels = batch.inputIds_BT;
    if (!batch.labels.defined() && config.flavour.task == Task::SequenceClassification)
        batch.labels = batch.inputIds_BT.select(1, 0).remainder(config.shape.classes);
    return batch;
}

inline void expectNear(const std::vector<double>& a, const std::vector<double>& b, double relative)
{
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        EXPECT_NEAR(a[i], b[i], relative * std::abs(b[i])) << i;
}

/// What is seen at a tap of a block, in fp64, one row per token.
inline at::Tensor seenAt(
    const ParameterSet& parameters, const Batch& batch, Tap wanted, int wantedBlock)
{
    at::Tensor seen;
    const TapObserver observer = [&](Tap tap, int block, const at::Tensor& value) {
        if (tap == wanted && block == wantedBlock)
            seen = value.to(at::kDouble).flatten(0, 1);
    };
    (void)runTrunk(parameters, batch, {.observer = observer});
    return seen;
}

/// Shows a probe one activation, all samples of the same length.
inline void show(Probe& probe, Tap tap, int block, const at::Tensor& value_BTC)
{
    const at::Tensor rows_NC = value_BTC.flatten(0, 1);
    const std::vector<std::int64_t> tokens_B(
        static_cast<std::size_t>(value_BTC.size(0)), value_BTC.size(1));
    probe.observe({tap, block, value_BTC, rows_NC, tokens_B});
}

} // namespace espalier::test
