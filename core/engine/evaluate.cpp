// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/engine/guard.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/forward/loss.h"

#include <ATen/ops/argmax.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

namespace espalier {

namespace {

constexpr std::int64_t kBatchTokens = 4096; ///< keeps logits of large vocabularies in bounds
constexpr std::int64_t kBatchImages = 64;

std::int64_t batchSizeFor(const Dataset& data)
{
    return data.task() == Task::ImageClassification
        ? kBatchImages
        : std::max<std::int64_t>(1, kBatchTokens / data.tokensPerSample());
}

struct Sums {
    double loss = 0;
    std::int64_t predictions = 0;
    std::int64_t hits = 0;
};

void addBatch(Sums& sums, const ParameterSet& parameters, const Batch& batch)
{
    const at::Tensor targets_N = targetsOf(parameters.config, batch);
    const at::Tensor logits = logitsOf(parameters, batch);
    const std::int64_t predictions = predictionsIn(targets_N);
    sums.loss += static_cast<double>(predictions) * lossFromLogits(logits, targets_N).item<double>();
    sums.predictions += predictions;
    if (parameters.config.flavour.task == Task::ImageClassification)
        sums.hits += at::argmax(logits, -1).eq(targets_N).sum().item<std::int64_t>();
}

Result<Evaluation> evaluateOn(
    const ParameterSet& parameters, const Dataset& data, std::int64_t samples, const Progress& progress)
{
    const std::int64_t all = data.samples(Split::Validation);
    const std::int64_t wanted = samples > 0 ? std::min(samples, all) : all;
    const std::int64_t batchSize = batchSizeFor(data);
    const c10::InferenceMode noGradients;
    Sums sums;
    for (std::int64_t first = 0; first < wanted; first += batchSize) {
        if (progress.stopRequested())
            return cancelled();
        progress(static_cast<double>(first) / static_cast<double>(wanted), "evaluating");
        addBatch(sums, parameters, data.batch(Split::Validation, first, std::min(batchSize, wanted - first)));
    }
    Evaluation result {.loss = sums.loss / static_cast<double>(sums.predictions),
        .accuracy = std::nullopt,
        .chance = data.chance(),
        .floor = data.floor(),
        .tokens = sums.predictions};
    if (data.task() == Task::ImageClassification)
        result.accuracy = static_cast<double>(sums.hits) / static_cast<double>(sums.predictions);
    return result;
}

} // namespace

Result<Evaluation> evaluate(
    const Model& model, const DataSpec& data, std::int64_t samples, const Progress& progress)
{
    return guarded([&]() -> Result<Evaluation> {
        const Result<Dataset> dataset = Dataset::open(data, model.config(), progress);
        if (!dataset)
            return dataset.error();
        const Result<ParameterSet> parameters = model.impl().parameters(progress);
        if (!parameters)
            return parameters.error();
        return evaluateOn(*parameters, *dataset, samples, progress);
    });
}

} // namespace espalier
