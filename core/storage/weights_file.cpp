// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/weights_file.h"

#include "core/architectures/catalog.h"
#include "core/storage/hdf5_file.h"
#include "core/storage/tensor_source.h"
#include "core/tensors/load_parameters.h"
#include "core/tensors/tensor_bytes.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <cstring>
#include <memory>

namespace espalier {

namespace {

constexpr const char* kFormat = "espalier model 1";

Status writeTensors(Hdf5File& file, const ParameterSet& parameters)
{
    if (const Status done = file.writeText("/", "format", kFormat); !done)
        return done;
    if (const Status done = file.writeText("/", "config", writeModelConfig(parameters.config));
        !done)
        return done;
    for (const DiskTensor& disk :
        diskTensorsOf(architectureOf(parameters.config), parameters.config)) {
        const at::Tensor values = toDiskLayout(parameters, disk, at::kFloat);
        const std::span<const float> floats(
            values.const_data_ptr<float>(), static_cast<std::size_t>(values.numel()));
        if (const Status done = file.writeFloats("/tensors/" + disk.name, floats, disk.sizes);
            !done)
            return done;
    }
    return {};
}

/// A dataset as the tensor that it is, its values in memory.
Result<StoredTensor> readTensor(
    const Hdf5File& file, const std::string& name, const std::string& where)
{
    const Result<Hdf5Array> array = file.readArray("/tensors/" + name);
    if (!array)
        return array.error();
    const auto values =
        std::make_shared<const std::vector<float>>(array->values.begin(), array->values.end());
    return StoredTensor{.name = name,
        .dtype = "F32",
        .sizes = array->sizes,
        .byteCount = static_cast<std::int64_t>(values->size() * sizeof(float)),
        .file = where,
        .read = [values](std::int64_t begin, std::span<std::byte> target) -> Status {
            const auto bytes = std::as_bytes(std::span(*values));
            std::memcpy(target.data(), bytes.data() + begin, target.size());
            return {};
        }};
}

} // namespace

Status writeWeightsFile(const std::filesystem::path& file, const ParameterSet& parameters,
    at::ScalarType type, const Progress& progress)
{
    const at::NoGradGuard noGradients;
    const ParameterSet values = convertedTo(parameters, at::kCPU, at::kFloat);
    std::vector<TensorSource> sources;
    for (const DiskTensor& disk : diskTensorsOf(architectureOf(values.config), values.config))
        sources.push_back({.spec = {.name = disk.name, .dtype = dtypeOf(type), .shape = disk.sizes},
            .bytes = [&values, disk, type]() -> Result<SourceBytes> {
                return sourceBytesOf(toDiskLayout(values, disk, type));
            }});
    return writeSafetensors(file, sources, {{"format", "pt"}}, progress);
}

Status writeModelHdf5(const std::filesystem::path& file, const ParameterSet& parameters)
{
    const at::NoGradGuard noGradients;
    const ParameterSet values = convertedTo(parameters, at::kCPU, at::kFloat);
    return writeHdf5File(file, [&](Hdf5File& target) { return writeTensors(target, values); });
}

Result<ParameterSet> readModelHdf5(const std::filesystem::path& path)
{
    const Result<Hdf5File> file = Hdf5File::open(path);
    if (!file)
        return file.error();
    const Result<std::string> format = file->readText("/", "format");
    if (!format || *format != kFormat)
        return refused(
            fmt::format("{}: not a model, wanted format \"{}\"", path.string(), kFormat));
    const Result<std::string> text = file->readText("/", "config");
    if (!text)
        return text.error();
    const Result<ModelConfig> config = readModelConfig(*text, path.string());
    if (!config)
        return config.error();
    const Result<std::vector<std::string>> names = file->names("/tensors");
    if (!names)
        return names.error();
    std::vector<StoredTensor> stored;
    for (const std::string& name : *names) {
        Result<StoredTensor> tensor = readTensor(*file, name, path.string());
        if (!tensor)
            return tensor.error();
        stored.push_back(*std::move(tensor));
    }
    return loadParameters(*config, stored);
}

} // namespace espalier
