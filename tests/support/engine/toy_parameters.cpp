// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/engine/toy_parameters.h"

#include "core/tensors/fresh_parameters.h"

#include <ATen/ops/empty.h>

#include <cmath>

namespace espalier::test {

namespace {

at::Tensor randomIntegers(at::IntArrayRef sizes, std::int64_t bound, Seed seed)
{
    const at::Tensor values = at::empty(sizes, at::kLong);
    SequenceRng rng(seed);
    for (std::int64_t i = 0; i < values.numel(); ++i)
        values.mutable_data_ptr<std::int64_t>()[i] =
            static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(bound)));
    return values;
}

} // namespace

ParameterSet toyParameters(const ModelConfig& config, Seed seed)
{
    ParameterSet parameters{.config = config};
    for (const ParameterSpec& spec : parametersOf(config)) {
        const std::vector<std::int64_t> sizes = sizesOf(spec, config.shape);
        const double mean = spec.kind == ParameterKind::NormGain ? 1 : 0;
        const double std = spec.kind == ParameterKind::Matrix
            ? 1 / std::sqrt(static_cast<double>(sizes.back()))
            : 0.4;
        parameters.tensors.emplace(
            spec.id, normalTensor(sizes, mean, std, derive(seed, nameOf(spec.id))));
    }
    return parameters;
}

Batch toyBatch(const ModelConfig& config, std::int64_t samples, Seed seed)
{
    const ModelShape& shape = config.shape;
    if (readsTokens(config.flavour.task))
        return {.inputIds_BT = randomIntegers({samples, shape.positions}, shape.vocab, seed)};
    Batch batch{.pixels_BCHW = normalTensor(
                    {samples, shape.channels, shape.imageHeight, shape.imageWidth}, 0, 1, seed)};
    if (predictsClasses(config.flavour.task))
        batch.labels = randomIntegers({samples}, shape.classes, derive(seed, "labels"));
    return batch;
}

} // namespace espalier::test
