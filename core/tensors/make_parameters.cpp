// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/make_parameters.h"

namespace espalier {

Result<ParameterSet> makeParameters(const ModelConfig& config,
    const std::function<Result<at::Tensor>(ParameterId)>& make, std::string_view stage,
    const Progress& progress)
{
    ParameterSet made{.config = config};
    const std::vector<ParameterSpec> specs = parametersOf(config);
    for (const ParameterSpec& spec : specs) {
        if (progress.stopRequested())
            return cancelled();
        progress(
            static_cast<double>(made.tensors.size()) / static_cast<double>(specs.size()), stage);
        Result<at::Tensor> values = make(spec.id);
        if (!values)
            return values.error();
        made.tensors.emplace(spec.id, *std::move(values));
    }
    return made;
}

} // namespace espalier
