// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/validation.h"

#include "core/forward/loss.h"
#include "core/forward/transformer.h"
#include "core/tensors/block_cache.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>

#include <algorithm>

namespace espalier {

Result<ValidationResult> validate(const ParameterSet& parameters, const Dataset& data,
    std::int64_t samples, std::int64_t batch, const Progress& progress)
{
    const at::NoGradGuard noGradients;
    const BlockCacheHold memory;
    const bool images = !readsTokens(data.task());
    const std::int64_t available = data.samples(Split::Validation);
    const std::int64_t total = samples == 0 ? available : std::min(samples, available);
    const at::Tensor& any = parameters.tensors.begin()->second;
    double loss = 0;
    std::int64_t right = 0;
    std::int64_t predictions = 0;
    for (std::int64_t first = 0; first < total; first += batch) {
        if (progress.stopRequested())
            return cancelled();
        progress(static_cast<double>(first) / static_cast<double>(total), "evaluating");
        const Batch part =
            convertedTo(data.batch(Split::Validation, first, std::min(batch, total - first)),
                any.device(), any.scalar_type());
        const at::Tensor targets = targetsOf(parameters.config, part);
        const at::Tensor logits = logitsOf(parameters, part);
        const std::int64_t count = predictionsIn(targets);
        loss += lossFromLogits(logits, targets).item<double>() * static_cast<double>(count);
        predictions += count;
        if (images)
            right += at::argmax(logits, -1).eq(targets).sum().item<std::int64_t>();
    }
    ValidationResult result{
        .loss = loss / static_cast<double>(predictions), .predictions = predictions};
    if (images)
        result.accuracy = static_cast<double>(right) / static_cast<double>(predictions);
    return result;
}

} // namespace espalier
