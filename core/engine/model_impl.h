// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model.h"
#include "core/engine/model_data.h"
#include "core/tensors/parameter_set.h"

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

    /// All weights, loaded if need be. Callers hold a guarded().
    [[nodiscard]] Result<ParameterSet> parameters(const Progress& progress = {}) const;

    mutable std::mutex mutex = {}; ///< guards what follows
    mutable std::optional<ParameterSet> loaded = std::nullopt;
    mutable std::optional<std::string> hash = std::nullopt;
    mutable std::optional<NonFiniteWeights> nonFinite = std::nullopt;
};

/// A model in memory. `dtype` is what an export stores by default, `data` the parent's, if there is
/// one.
[[nodiscard]] Model modelInMemory(ParameterSet parameters, Dtype dtype = Dtype::F32,
    std::filesystem::path path = {}, std::shared_ptr<ModelData> data = nullptr);

} // namespace espalier
