// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/trunk_by_block.h"

#include "core/forward/embed.h"

#include <fmt/format.h>

namespace espalier {

namespace {

/// One batch on its way through the trunk.
struct Journey
{
    AttentionMask mask;
    at::Tensor stream_BTD;
};

} // namespace

Result<std::vector<at::Tensor>> runTrunks(WeightSource& weights, std::span<const Batch> batches,
    const TapObserver& observer, const Progress& progress)
{
    std::vector<Journey> journeys;
    for (const Batch& batch : batches) {
        journeys.push_back(
            {attentionMaskOf(weights.outsideTrunk(), batch), embed(weights.outsideTrunk(), batch)});
        if (observer)
            observer(Tap::Embedding, -1, journeys.back().stream_BTD);
    }
    const auto layers = static_cast<int>(weights.config().shape.layers);
    for (int block = 0; block < layers; ++block) {
        if (progress.stopRequested())
            return cancelled();
        progress(static_cast<double>(block) / static_cast<double>(layers),
            fmt::format("running block {} of {}", block + 1, layers));
        const auto parameters = weights.block(block);
        if (!parameters)
            return parameters.error();
        for (Journey& journey : journeys)
            journey.stream_BTD =
                runBlock(**parameters, block, journey.stream_BTD, journey.mask, observer);
    }
    std::vector<at::Tensor> streams;
    for (Journey& journey : journeys)
        streams.push_back(std::move(journey.stream_BTD));
    return streams;
}

Result<at::Tensor> runTrunk(WeightSource& weights, const Batch& batch, const TapObserver& observer,
    const Progress& progress)
{
    Result<std::vector<at::Tensor>> streams =
        runTrunks(weights, std::span(&batch, 1), observer, progress);
    if (!streams)
        return streams.error();
    return std::move(streams->front());
}

} // namespace espalier
