// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/engine/guard.h"
#include "core/engine/held_weights.h"
#include "core/engine/model_data.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/forward/activation_bytes.h"
#include "core/training/validation.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>

namespace espalier {

namespace {

constexpr std::int64_t kBatchTokens = 4096; ///< keeps logits of large vocabularies in bounds
constexpr std::int64_t kBatchImages = 64;

std::int64_t batchSizeFor(const Dataset& data)
{
    return !readsTokens(data.task())
        ? kBatchImages
        : std::max<std::int64_t>(1, kBatchTokens / data.tokensPerSample());
}

/// In bytes.
struct BatchNeed
{
    std::int64_t waiting = 0; ///< between two blocks
    std::int64_t working = 0; ///< beyond that, in a block or in the head
};

BatchNeed needOf(const ModelConfig& config, const Dataset& data, std::int64_t batch)
{
    const ActivationBytes bytes = activationBytes(config, batchSizeOf(data, config, batch));
    return {.waiting = bytes.input + bytes.mask + bytes.stream,
        .working = std::max(bytes.block, bytes.head)};
}

/// Batches that are to pass a block together: reading it costs more than running one of them.
std::int64_t togetherFor(const HeldWeights& weights, const BatchNeed& need)
{
    if (weights.all)
        return 1;
    constexpr std::int64_t kWithoutKnowing = std::int64_t{1} << 30;
    const BytesByBlock bytes = bytesByBlock(weights.source->config());
    const std::optional<std::int64_t> room = roomAt(".").memory;
    const std::int64_t spare =
        room ? *room - bytes.block - std::max(need.working, bytes.reading()) : kWithoutKnowing;
    return std::max<std::int64_t>(1, spare / 2 / need.waiting); // others want memory, too
}

Result<Evaluation> evaluateOn(const HeldWeights& weights, const Dataset& data, std::int64_t samples,
    const BatchNeed& need, const Progress& progress)
{
    const c10::InferenceMode noGradients;
    const std::int64_t batch = batchSizeFor(data);
    const Result<ValidationResult> found = weights.all
        ? validate(*weights.all, data, samples, batch, progress)
        : validate(*weights.source, data, samples, batch, togetherFor(weights, need), progress);
    if (!found)
        return found.error();
    return Evaluation{.loss = found->loss,
        .accuracy = found->accuracy,
        .chance = data.chance(),
        .floor = data.floor(),
        .tokens = found->predictions};
}

} // namespace

Result<Evaluation> evaluate(const Model& model, const DataSpec& data, std::int64_t samples,
    const Progress& progress, WeightsHeld held)
{
    return guarded([&]() -> Result<Evaluation> {
        const Result<Dataset> dataset = model.impl().data->open(data, model.config(), progress);
        if (!dataset)
            return dataset.error();
        if (const Status labels = dataset->requireLabels(); !labels)
            return labels.error();
        const BatchNeed need = needOf(model.config(), *dataset, batchSizeFor(*dataset));
        const std::int64_t work = need.waiting + need.working;
        const Result<HeldWeights> weights = holdWeights(model, held,
            {.memory = work, .byBlock = {.memory = work}, .kept = need.waiting}, "evaluating",
            progress);
        if (!weights)
            return weights.error();
        return evaluateOn(*weights, *dataset, samples, need, progress);
    });
}

} // namespace espalier
