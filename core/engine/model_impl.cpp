// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_impl.h"

#include "core/engine/scaled_parameters.h"
#include "core/engine/tensor_list.h"
#include "core/plan/footprint.h"
#include "core/storage/room.h"
#include "core/tensors/scale_from_disk.h"

#include <c10/core/InferenceMode.h>

namespace espalier {

namespace {

std::int64_t bytesOf(const ModelConfig& config)
{
    return footprintOf(config, bytesPerElement(Dtype::F32)).bytes;
}

/// Asked before the system kills us for it.
Status checkRoomToLoad(const Model::Impl& model)
{
    return checkRoom({.memory = bytesOf(model.config)}, roomAt("."),
        model.path.empty() ? "model" : model.path.string());
}

} // namespace

Result<ParameterSet> Model::Impl::parameters(const Progress& progress) const
{
    const std::lock_guard lock(mutex);
    if (!loaded) {
        // Tensors made while a caller is in inference mode could never be trained.
        const c10::InferenceMode trainable(false);
        if (const Status fits = checkRoomToLoad(*this); !fits)
            return fits.error();
        Result<ParameterSet> read = load(progress);
        if (!read)
            return read.error();
        loaded = *std::move(read);
    }
    return *loaded;
}

Result<at::Tensor> Model::Impl::parameter(ParameterId id) const
{
    {
        const std::lock_guard lock(mutex);
        if (loaded)
            return loaded->at(id.role, id.block);
    }
    if (loadOne)
        return loadOne(id);
    const Result<ParameterSet> all = parameters();
    if (!all)
        return all.error();
    return all->at(id.role, id.block);
}

Result<at::Tensor> Model::Impl::diskTensor(const DiskTensor& disk) const
{
    if (loadDiskTensor)
        return loadDiskTensor(disk);
    const Result<at::Tensor> values = parameter(disk.parameter);
    if (!values)
        return values.error();
    ParameterSet alone{.config = config};
    alone.tensors.emplace(disk.parameter, *values);
    return toDiskLayout(alone, disk, at::kFloat);
}

std::int64_t Model::Impl::bytesToLoad() const
{
    const std::lock_guard lock(mutex);
    return loaded ? 0 : bytesOf(config);
}

Model scaledOnDemand(const Model& parent, const TransferPlan& plan)
{
    auto impl = std::make_shared<Model::Impl>();
    impl->config = plan.child;
    impl->dtype = parent.impl().dtype;
    impl->data = parent.impl().data;
    impl->tensors = tensorsToBe(plan.child, impl->dtype);
    impl->load = [parent, plan](const Progress& progress) -> Result<ParameterSet> {
        return scaledParameters(parent, plan, progress);
    };
    const std::shared_ptr<const StoredModel> stored = parent.impl().stored;
    if (stored && parent.impl().bytesToLoad() > 0)
        impl->loadDiskTensor = [stored, plan](const DiskTensor& disk) {
            return scaledDiskTensor(plan, *stored, disk);
        };
    return Model(std::move(impl));
}

Model modelInMemory(ParameterSet parameters, Dtype dtype, std::filesystem::path path,
    std::shared_ptr<ModelData> data)
{
    auto impl = std::make_shared<Model::Impl>();
    impl->config = parameters.config;
    impl->path = std::move(path);
    impl->data = data ? std::move(data) : std::make_shared<ModelData>(impl->path);
    impl->tensors = tensorsToBe(parameters.config, dtype);
    impl->dtype = dtype;
    impl->loaded = std::move(parameters);
    return Model(std::move(impl));
}

} // namespace espalier
