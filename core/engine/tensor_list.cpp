// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/tensor_list.h"

#include "core/architectures/catalog.h"
#include "core/base/checked.h"

namespace espalier {

std::vector<TensorInfo> tensorsToBe(const ModelConfig& config, Dtype dtype)
{
    std::vector<TensorInfo> tensors;
    for (const DiskTensor& disk : diskTensorsOf(architectureOf(config), config))
        tensors.push_back({.name = disk.name,
            .parameter = disk.parameter,
            .dtype = std::string(safetensorsName(dtype)),
            .sizes = disk.sizes,
            .bytes = checkedProduct(disk.sizes).value_or(0) * bytesPerElement(dtype),
            .file = {}});
    return tensors;
}

} // namespace espalier
