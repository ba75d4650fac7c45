// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_impl.h"

#include "core/engine/tensor_list.h"

#include <c10/core/InferenceMode.h>

namespace espalier {

Result<ParameterSet> Model::Impl::parameters(const Progress& progress) const
{
    const std::lock_guard lock(mutex);
    if (!loaded) {
        // Tensors made while a caller is in inference mode could never be trained.
        const c10::InferenceMode trainable(false);
        Result<ParameterSet> read = load(progress);
        if (!read)
            return read.error();
        loaded = *std::move(read);
    }
    return *loaded;
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
