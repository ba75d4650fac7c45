// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/weights_hash.h"

#include "core/storage/content_hash.h"
#include "core/tensors/logical_values.h"
#include "core/tensors/parallel.h"
#include "core/tensors/tensor_bytes.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

Status addValues(Sha256& hash, const Model::Impl& model, bool fromFiles, ParameterId id)
{
    if (fromFiles)
        return visitValues(*model.stored, id,
            [&hash](std::span<const float> piece) { hash.add(std::as_bytes(piece)); });
    const Result<at::Tensor> tensor = model.parameter(id);
    if (!tensor)
        return tensor.error();
    hash.add(bytesOf(tensor->contiguous()));
    return {};
}

Result<std::string> lineOf(const Model::Impl& model, bool fromFiles, const ParameterSpec& spec)
{
    Sha256 hash;
    if (const Status added = addValues(hash, model, fromFiles, spec.id); !added)
        return added.error();
    return fmt::format("{} {} {}\n", nameOf(spec.id),
        fmt::join(sizesOf(spec, model.config.shape), "x"), hash.hexDigits());
}

/// Hashing has one stream per parameter.
std::vector<Result<std::string>> linesOf(const Model::Impl& model, const Progress& progress)
{
    const bool fromFiles = model.stored && model.bytesToLoad() > 0; // else from memory
    const std::vector<ParameterSpec> parameters = parametersInOrder(model.config);
    std::vector<Result<std::string>> lines(parameters.size(), std::string());
    inTurns(parameters.size(), [&](std::size_t i, bool reports) {
        if (reports)
            progress(
                static_cast<double>(i) / static_cast<double>(parameters.size()), "hashing weights");
        lines[i] = progress.stopRequested() ? Result<std::string>(cancelled())
                                            : lineOf(model, fromFiles, parameters[i]);
    });
    return lines;
}

} // namespace

std::vector<ParameterSpec> parametersInOrder(const ModelConfig& config)
{
    std::vector<ParameterSpec> parameters = parametersOf(config);
    std::ranges::sort(parameters, {}, &ParameterSpec::id);
    return parameters;
}

Result<std::string> hashWeights(const Model::Impl& model, const Progress& progress)
{
    if (model.stored)
        if (const Status same = model.stored->checkCopies(progress); !same)
            return same.error();
    std::string all;
    for (const Result<std::string>& line : linesOf(model, progress)) {
        if (!line)
            return line.error();
        all += *line;
    }
    return sha256OfBytes(std::as_bytes(std::span(all)));
}

} // namespace espalier
