// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/engine/guard.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
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

Result<Evaluation> evaluateOn(const ParameterSet& parameters, const Dataset& data,
    std::int64_t samples, const Progress& progress)
{
    const c10::InferenceMode noGradients;
    const Result<ValidationResult> found =
        validate(parameters, data, samples, batchSizeFor(data), progress);
    if (!found)
        return found.error();
    return Evaluation{.loss = found->loss,
        .accuracy = found->accuracy,
        .chance = data.chance(),
        .floor = data.floor(),
        .tokens = found->predictions};
}

} // namespace

Result<Evaluation> evaluate(
    const Model& model, const DataSpec& data, std::int64_t samples, const Progress& progress)
{
    return guarded([&]() -> Result<Evaluation> {
        const Result<Dataset> dataset = model.impl().data->open(data, model.config(), progress);
        if (!dataset)
            return dataset.error();
        if (const Status labels = dataset->requireLabels(); !labels)
            return labels.error();
        const Result<ParameterSet> parameters = model.impl().parameters(progress);
        if (!parameters)
            return parameters.error();
        return evaluateOn(*parameters, *dataset, samples, progress);
    });
}

} // namespace espalier
