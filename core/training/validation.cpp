// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/validation.h"

#include "core/base/progress_within.h"
#include "core/forward/loss.h"
#include "core/forward/trunk_by_block.h"
#include "core/tensors/block_cache.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>

#include <algorithm>

namespace espalier {

namespace {

struct Sums
{
    double loss = 0;
    std::int64_t right = 0;
    std::int64_t predictions = 0;

    void add(const at::Tensor& logits, const at::Tensor& targets, bool images)
    {
        const std::int64_t count = predictionsIn(targets);
        loss += lossFromLogits(logits, targets).item<double>() * static_cast<double>(count);
        predictions += count;
        if (images)
            right += at::argmax(logits, -1).eq(targets).sum().item<std::int64_t>();
    }
};

/// Validation samples first … end - 1 in batches of `batch`, as the weights want them.
std::vector<Batch> batchesOf(const Dataset& data, std::int64_t first, std::int64_t end,
    std::int64_t batch, const at::Tensor& weight)
{
    std::vector<Batch> batches;
    for (; first < end; first += batch)
        batches.push_back(
            convertedTo(data.batch(Split::Validation, first, std::min(batch, end - first)),
                weight.device(), weight.scalar_type()));
    return batches;
}

Status addBatches(Sums& sums, WeightSource& weights, const std::vector<Batch>& batches, bool images,
    const Progress& progress)
{
    Result<std::vector<at::Tensor>> streams = runTrunks(weights, batches, {}, progress);
    if (!streams)
        return streams.error();
    for (std::size_t i = 0; i < batches.size(); ++i) {
        const at::Tensor stream_BTD = std::move((*streams)[i]); // goes when its turn is over
        sums.add(runHead(weights.outsideTrunk(), stream_BTD),
            targetsOf(weights.config(), batches[i]), images);
    }
    return {};
}

} // namespace

Result<ValidationResult> validate(const ParameterSet& parameters, const Dataset& data,
    std::int64_t samples, std::int64_t batch, const Progress& progress)
{
    const BlockCacheHold memory;
    WeightsInMemory weights(parameters);
    return validate(weights, data, samples, batch, 1, progress);
}

Result<ValidationResult> validate(WeightSource& weights, const Dataset& data, std::int64_t samples,
    std::int64_t batch, std::int64_t together, const Progress& progress)
{
    const at::NoGradGuard noGradients;
    const bool images = !readsTokens(data.task());
    const std::int64_t available = data.samples(Split::Validation);
    const std::int64_t total = samples == 0 ? available : std::min(samples, available);
    const at::Tensor& any = weights.outsideTrunk().tensors.begin()->second;
    Sums sums;
    for (std::int64_t first = 0, end = 0; first < total; first = end) {
        if (progress.stopRequested())
            return cancelled();
        end = std::min(first + together * batch, total);
        const auto share = [total](std::int64_t done) {
            return static_cast<double>(done) / static_cast<double>(total);
        };
        if (const Status added = addBatches(sums, weights, batchesOf(data, first, end, batch, any),
                images, within(progress, share(first), share(end)));
            !added)
            return added.error();
    }
    ValidationResult result{
        .loss = sums.loss / static_cast<double>(sums.predictions), .predictions = sums.predictions};
    if (images)
        result.accuracy = static_cast<double>(sums.right) / static_cast<double>(sums.predictions);
    return result;
}

} // namespace espalier
