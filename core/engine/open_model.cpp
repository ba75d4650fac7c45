// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/catalog.h"
#include "core/base/untrusted_text.h"
#include "core/engine/guard.h"
#include "core/engine/model_files.h"
#include "core/engine/model_impl.h"
#include "core/engine/tensor_list.h"
#include "core/storage/hub_cache.h"
#include "core/storage/model_weights.h"
#include "core/storage/weights_file.h"
#include "core/tensors/fresh_parameters.h"
#include "core/tensors/load_parameters.h"

#include <fmt/format.h>

#include <system_error>

namespace espalier {

namespace {

constexpr const char* kWeights = "model.safetensors";
constexpr const char* kHdf5 = "model.h5";
constexpr const char* kHdf5Extension = ".h5";

bool isThere(const std::filesystem::path& path)
{
    std::error_code failed;
    return std::filesystem::exists(std::filesystem::symlink_status(path, failed));
}

std::vector<TensorInfo> describe(const StoredModel& model)
{
    const std::vector<StoredTensor>& stored = model.tensors();
    std::vector<TensorInfo> tensors;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        const std::optional<DiskTensor>& disk = model.assignment().byStored[i];
        tensors.push_back({.name = stored[i].name,
            .parameter = disk ? std::optional(disk->parameter) : std::nullopt,
            .dtype = stored[i].dtype,
            .sizes = stored[i].sizes,
            .bytes = stored[i].byteCount,
            .file = std::filesystem::path(stored[i].file).filename().string()});
    }
    return tensors;
}

/// The first weight's type stands for all: files mix types rarely, and never on purpose.
Dtype storedTypeOf(const std::vector<TensorInfo>& tensors)
{
    for (const TensorInfo& tensor : tensors)
        if (tensor.parameter)
            return dtypeFromSafetensorsName(tensor.dtype).value_or(Dtype::F32);
    return Dtype::F32;
}

Status addFiles(Model::Impl& impl)
{
    Result<std::vector<StoredTensor>> stored = openModelWeights(impl.path);
    if (!stored)
        return stored.error();
    Result<StoredModel> assigned = StoredModel::assign(impl.config, *std::move(stored));
    if (!assigned)
        return assigned.error();
    const auto model = std::make_shared<const StoredModel>(*std::move(assigned));
    impl.config = model->config();
    impl.tensors = describe(*model);
    impl.dtype = storedTypeOf(impl.tensors);
    impl.stored = model;
    impl.load = [model](const Progress& progress) {
        return model->all(progress);
    };
    impl.loadOne = [model](ParameterId id) {
        return model->parameter(id);
    };
    return {};
}

void drawWeights(Model::Impl& impl, Seed seed)
{
    impl.fresh = true;
    impl.tensors = tensorsToBe(impl.config, Dtype::F32);
    impl.load = [config = impl.config, seed](const Progress&) -> Result<ParameterSet> {
        return freshParameters(config, seed);
    };
}

/// Config and weights of one .h5 file (core/storage/weights_file.h), read at once.
Result<Model> openHdf5(const std::filesystem::path& file, const std::filesystem::path& path)
{
    Result<ParameterSet> parameters = readModelHdf5(file);
    if (!parameters)
        return parameters.error();
    return modelInMemory(*std::move(parameters), Dtype::F32, path);
}

Result<Model> openFolder(const std::filesystem::path& folder, Seed seed)
{
    const Result<std::string> text = readConfigText(folder);
    if (!text)
        return text.error();
    Result<ModelConfig> config = readModelConfig(*text, (folder / kConfigFile).string());
    if (!config)
        return config.error();
    const auto impl = std::make_shared<Model::Impl>();
    impl->config = *std::move(config);
    impl->path = folder;
    impl->data = std::make_shared<ModelData>(folder);
    if (!holdsModelWeights(folder))
        drawWeights(*impl, seed);
    else if (const Status added = addFiles(*impl); !added)
        return added.error();
    return Model(impl);
}

} // namespace

Result<Model> Model::open(const std::filesystem::path& path, const Progress& progress, Seed seed)
{
    return guarded([&]() -> Result<Model> {
        progress(0, "opening model");
        const Result<std::filesystem::path> folder = modelFolderOf(path);
        if (!folder)
            return folder.error();
        if (std::filesystem::is_regular_file(*folder) && folder->extension() == kHdf5Extension)
            return openHdf5(*folder, *folder);
        if (!std::filesystem::is_directory(*folder))
            return refused(fmt::format("{}: is not a folder, wanted one with {} and {}, or an .h5",
                inQuotes(folder->string()), kConfigFile, kWeights));
        if (!holdsModelWeights(*folder) && isThere(*folder / kHdf5))
            return openHdf5(*folder / kHdf5, *folder);
        return openFolder(*folder, seed);
    });
}

} // namespace espalier
