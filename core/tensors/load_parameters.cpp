// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/load_parameters.h"

#include "core/base/expect.h"
#include "core/tensors/read_stored.h"
#include "core/tensors/stored_model.h"

#include <ATen/ops/cat.h>

namespace espalier {

namespace {

/// Heads of q|k|v, of which there are equally many, and rows inside one: [heads, 3, h, …] to
/// [3, heads, h, …] or back.
at::Tensor swapHeads(const at::Tensor& values, std::int64_t outer, std::int64_t inner)
{
    std::vector<std::int64_t> sizes = values.sizes().vec();
    sizes.insert(sizes.begin(), {outer, inner});
    sizes[2] = values.size(0) / (outer * inner);
    return values.reshape(sizes).transpose(0, 1).reshape(values.sizes());
}

at::Tensor fromDiskLayout(const at::Tensor& stored, Layout layout, const ModelShape& shape)
{
    switch (layout) {
    case Layout::Plain:
        return stored;
    case Layout::InOut:
        return stored.t().contiguous();
    case Layout::PatchConv:
        return stored.flatten(1);
    case Layout::OneByOne:
        return stored.flatten();
    case Layout::OneByRows:
        return stored.squeeze(0);
    case Layout::PerHead:
        return swapHeads(stored, shape.heads, 3);
    }
    return stored;
}

} // namespace

Result<at::Tensor> loadParameter(const ModelConfig& config, const std::vector<StoredPart>& parts)
{
    std::vector<at::Tensor> inOrder;
    for (const StoredPart& part : parts) {
        const Result<at::Tensor> values = readFloats(*part.tensor);
        if (!values)
            return values.error();
        inOrder.push_back(fromDiskLayout(*values, part.disk->layout, config.shape));
    }
    return inOrder.size() == 1 ? inOrder.front() : at::cat(inOrder);
}

Result<ParameterSet> loadParameters(
    const ModelConfig& config, const std::vector<StoredTensor>& stored, const Progress& progress)
{
    const Result<StoredModel> model = StoredModel::assign(config, stored);
    return model ? model->all(progress) : model.error();
}

at::Tensor toDiskLayout(const ParameterSet& parameters, const DiskTensor& disk, at::ScalarType type)
{
    at::Tensor values = parameters.at(disk.parameter.role, disk.parameter.block).detach();
    if (disk.segment >= 0) {
        const Dim dim = parameterOf(parameters.config, disk.parameter).dims[0];
        std::int64_t offset = 0;
        for (int s = 0; s < disk.segment; ++s)
            offset += lengthOf(dim.segments[static_cast<std::size_t>(s)], parameters.config.shape);
        values = values.narrow(0, offset,
            lengthOf(
                dim.segments[static_cast<std::size_t>(disk.segment)], parameters.config.shape));
    }
    if (disk.layout == Layout::InOut)
        values = values.t();
    if (disk.layout == Layout::PerHead)
        values = swapHeads(values, 3, parameters.config.shape.heads);
    return values.reshape(disk.sizes).to(at::kCPU, type).contiguous();
}

} // namespace espalier
