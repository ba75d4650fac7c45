// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model.h"
#include "core/engine/model_data.h"
#include "core/tensors/parameter_set.h"
#include "core/tensors/stored_model.h"

#include <functional>
#include <mutex>

namespace espalier {

/// What a Model stands on. Weights come from `load` when somebody first needs them (or are there
/// from the start) and then stay, as fp32. Never changed after that: whoever trains works on
/// cloneOf(parameters).
struct Model::Impl
{
    ModelConfig config;
    std::filesystem::path path = {};
    std::vector<TensorInfo> tensors = {};
    bool fresh = false;
    Dtype dtype = Dtype::F32; ///< in which the weights are stored, or would be by default
    std::function<Result<ParameterSet>(const Progress&)> load = {};
    /// Never null; shared with what is scaled from it, which has no folder of its own.
    std::shared_ptr<ModelData> data = std::make_shared<ModelData>();
    /// One parameter or tensor at a time, without keeping it; absent where only `load` can.
    std::function<Result<at::Tensor>(ParameterId)> loadOne = {};
    std::function<Result<at::Tensor>(const DiskTensor&)> loadDiskTensor = {};
    std::shared_ptr<const StoredModel> stored = {}; ///< the files, if it lies in any

    /// All weights, loaded if need be. Callers hold a guarded().
    [[nodiscard]] Result<ParameterSet> parameters(const Progress& progress = {}) const;
    /// One of them, without loading the others where that is possible.
    [[nodiscard]] Result<at::Tensor> parameter(ParameterId id) const;
    /// fp32 values as they lie in a weight file, contiguous.
    [[nodiscard]] Result<at::Tensor> diskTensor(const DiskTensor& disk) const;
    /// Bytes that parameters() would add to what is held already.
    [[nodiscard]] std::int64_t bytesToLoad() const;

    mutable std::mutex mutex = {}; ///< guards what follows
    mutable std::optional<ParameterSet> loaded = std::nullopt;
    mutable std::optional<std::string> hash = std::nullopt;
    mutable std::optional<NonFiniteWeights> nonFinite = std::nullopt;
};

/// A model in memory. `dtype` is what an export stores by default, `data` the parent's, if there is
/// one.
[[nodiscard]] Model modelInMemory(ParameterSet parameters, Dtype dtype = Dtype::F32,
    std::filesystem::path path = {}, std::shared_ptr<ModelData> data = nullptr);

/// The destination of a plan, made tensor by tensor as somebody asks (core/tensors/
/// scale_from_disk.h) while the parent lies in files and is not in memory. Nothing is kept.
[[nodiscard]] Model scaledOnDemand(const Model& parent, const TransferPlan& plan);

} // namespace espalier
