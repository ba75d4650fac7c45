// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>

namespace espalier {

/// A model's weights in memory: one tensor per parameter of parametersOf(config), in its logical
/// [out, in] layout (fused q|k|v is [q|k|v, d], the patch convolution [d, patch], the class token
/// [d]). fp32 once loaded; forward passes and gradients work in any floating type. Copies share
/// storage, as tensors do; see cloneOf.
///
/// The map's order (role, then block) is the one order in which optimizers, checkpoints and checks
/// walk a model.
struct ParameterSet
{
    ModelConfig config;
    std::map<ParameterId, at::Tensor> tensors = {};

    /// A parameter that the model lacks is our bug.
    [[nodiscard]] const at::Tensor& at(Role role, int block = -1) const;
    [[nodiscard]] at::Tensor& at(Role role, int block = -1);
    /// An undefined tensor if the model lacks it (optional biases).
    [[nodiscard]] at::Tensor find(Role role, int block = -1) const;
};

/// The same values in storage of their own, detached from any gradient.
[[nodiscard]] ParameterSet cloneOf(const ParameterSet& parameters);

/// The same values on a device in a type; shares storage where nothing changes.
[[nodiscard]] ParameterSet convertedTo(
    const ParameterSet& parameters, at::Device device, at::ScalarType type);

/// Turns every tensor into a leaf whose gradient backward() fills. The tensors must own their
/// storage.
void requireGradients(ParameterSet& parameters);

[[nodiscard]] std::int64_t elementsOf(const ParameterSet& parameters);

/// Values that no arithmetic survives; what a damaged or diverged checkpoint holds.
struct NonFiniteCount
{
    std::int64_t nan = 0;
    std::int64_t infinite = 0;
};
[[nodiscard]] NonFiniteCount countNonFinite(const at::Tensor& tensor);

} // namespace espalier
