// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/loss.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>

namespace espalier {

namespace {

constexpr std::int64_t kNotPredicted = -100; // what cross_entropy_loss skips

} // namespace

at::Tensor targetsOf(const ModelConfig& config, const Batch& batch)
{
    if (predictsClasses(config.flavour.task))
        return batch.labels;
    if (config.flavour.task == Task::MaskedLanguageModel)
        return batch.labels.flatten();
    at::Tensor labels_BT = batch.labels.defined() ? batch.labels : batch.inputIds_BT;
    if (batch.attentionMask_BT.defined())
        labels_BT = labels_BT.masked_fill(batch.attentionMask_BT.eq(0), kNotPredicted);
    // Labels move, logits don't: cutting the last position off the logits would copy the largest
    // tensor of the step.
    const std::int64_t samples = labels_BT.size(0);
    const at::Tensor none_B1 = at::full({samples, 1}, kNotPredicted, labels_BT.options());
    return at::cat({labels_BT.narrow(1, 1, labels_BT.size(1) - 1), none_B1}, 1).flatten();
}

std::int64_t predictionsIn(const at::Tensor& targets_N)
{
    return targets_N.ne(kNotPredicted).sum().item<std::int64_t>();
}

at::Tensor lossFromLogits(const at::Tensor& logits, const at::Tensor& targets_N)
{
    const at::Tensor rows = logits.flatten(0, -2);
    // Mixed precision ends here: sums of exponentials want more than bf16's 8 bits.
    const bool narrow = rows.scalar_type() == at::kBFloat16;
    return at::cross_entropy_loss(narrow ? rows.to(at::kFloat) : rows, targets_N, std::nullopt,
        at::Reduction::Mean, kNotPredicted);
}

at::Tensor lossOf(const ParameterSet& parameters, const Batch& batch, const ForwardOptions& options)
{
    return lossFromLogits(
        logitsOf(parameters, batch, options), targetsOf(parameters.config, batch));
}

} // namespace espalier
