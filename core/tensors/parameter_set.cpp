// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/parameter_set.h"

#include "core/base/expect.h"

#include <ATen/ops/isinf.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/sum.h>

namespace espalier {

const at::Tensor& ParameterSet::at(Role role, int block) const
{
    const auto found = tensors.find(ParameterId{role, block});
    ESPALIER_EXPECT(found != tensors.end(), "the model has this parameter");
    return found->second;
}

at::Tensor& ParameterSet::at(Role role, int block)
{
    const auto found = tensors.find(ParameterId{role, block});
    ESPALIER_EXPECT(found != tensors.end(), "the model has this parameter");
    return found->second;
}

at::Tensor ParameterSet::find(Role role, int block) const
{
    const auto found = tensors.find(ParameterId{role, block});
    return found == tensors.end() ? at::Tensor() : found->second;
}

ParameterSet cloneOf(const ParameterSet& parameters)
{
    ParameterSet clone{.config = parameters.config};
    for (const auto& [id, tensor] : parameters.tensors)
        clone.tensors.emplace(id, tensor.detach().clone());
    return clone;
}

ParameterSet convertedTo(const ParameterSet& parameters, at::Device device, at::ScalarType type)
{
    ParameterSet converted{.config = parameters.config};
    for (const auto& [id, tensor] : parameters.tensors)
        converted.tensors.emplace(id, tensor.detach().to(device, type));
    return converted;
}

void requireGradients(ParameterSet& parameters)
{
    for (auto& [id, tensor] : parameters.tensors)
        tensor.set_requires_grad(true);
}

std::int64_t elementsOf(const ParameterSet& parameters)
{
    std::int64_t elements = 0;
    for (const auto& [id, tensor] : parameters.tensors)
        elements += tensor.numel();
    return elements;
}

NonFiniteCount countNonFinite(const at::Tensor& tensor)
{
    // One cheap pass first: 0 * x is 0 for every finite x, and NaN otherwise.
    if (at::sum(tensor.mul(0)).item<double>() == 0)
        return {};
    return {.nan = at::sum(at::isnan(tensor)).item<std::int64_t>(),
        .infinite = at::sum(at::isinf(tensor)).item<std::int64_t>()};
}

} // namespace espalier
