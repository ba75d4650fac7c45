// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/fresh_parameters.h"

#include "core/tensors/parallel.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>

namespace espalier {

at::Tensor normalTensor(at::IntArrayRef sizes, double mean, double std, Seed seed)
{
    if (std == 0)
        return at::full(sizes, mean, at::kFloat);
    at::Tensor values = at::empty(sizes, at::kFloat);
    float* const data = values.mutable_data_ptr<float>();
    const CounterRng rng(seed);
    inParallel(values.numel(), 1 << 14, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            data[i] = static_cast<float>(mean + std * rng.normal(static_cast<std::uint64_t>(i)));
    });
    return values;
}

ParameterSet freshParameters(const ModelConfig& config, Seed seed)
{
    ParameterSet parameters{.config = config};
    for (const ParameterSpec& spec : parametersOf(config)) {
        const FreshInit init = freshInit(config, spec);
        parameters.tensors.emplace(spec.id,
            normalTensor(
                sizesOf(spec, config.shape), init.mean, init.std, derive(seed, nameOf(spec.id))));
    }
    return parameters;
}

} // namespace espalier
