// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/catalog.h"
#include "core/tensors/stored_model.h"
#include "core/tensors/tensor_bytes.h"

#include <cstring>

namespace espalier::test {

/// A tensor as a file would hold it, in memory.
[[nodiscard]] inline StoredTensor storedTensor(const std::string& name, const at::Tensor& tensor)
{
    const at::Tensor value = tensor.contiguous();
    return {.name = name,
        .dtype = std::string(safetensorsName(dtypeOf(value.scalar_type()))),
        .sizes = value.sizes().vec(),
        .byteCount = static_cast<std::int64_t>(value.nbytes()),
        .file = "toy.safetensors",
        .read = [value](std::int64_t begin, std::span<std::byte> target) -> Status {
            std::memcpy(target.data(), bytesOf(value).data() + begin, target.size());
            return {};
        }};
}

[[nodiscard]] inline std::vector<StoredTensor> storedTensors(
    const ParameterSet& parameters, at::ScalarType type = at::kFloat)
{
    std::vector<StoredTensor> stored;
    for (const DiskTensor& disk :
        diskTensorsOf(architectureOf(parameters.config), parameters.config))
        stored.push_back(storedTensor(disk.name, toDiskLayout(parameters, disk, type)));
    return stored;
}

} // namespace espalier::test
