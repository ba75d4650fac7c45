// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_shape.h"
#include "core/axes/parameter.h"

#include <string>
#include <vector>

namespace espalier {

enum class Task
{
    CausalLanguageModel,
    ImageClassification
};
enum class NormKind
{
    Layer
};
enum class Activation
{
    GeluTanh,
    GeluErf,
    Relu,
    Silu
};
enum class PositionKind
{
    Learned
};

/// Everything but sizes that a forward pass must know. A family's table fills it in from
/// config.json; forward/ reads it and never the family's name.
struct Flavour
{
    Task task = Task::CausalLanguageModel;
    NormKind norm = NormKind::Layer;
    double normEpsilon = 1e-5;
    Activation activation = Activation::GeluTanh;
    PositionKind position = PositionKind::Learned;
    bool qkvBias = true;
    bool attentionOutBias = true;
    bool mlpBias = true;
    bool tiedHead = true; ///< the head reads TokenEmbedding; HeadWeight is absent
    bool headBias = false;
    double initStd = 0.02; ///< the family's published scheme for fresh weights (see freshInit)
    bool scaledResidualInit =
        false; ///< writers of the residual stream start smaller by 1/sqrt(2 layers) (GPT-2)

    friend bool operator==(const Flavour&, const Flavour&) = default;
};

/// A model without its weights.
struct ModelConfig
{
    std::string family; ///< id of the row in the architecture catalog
    ModelShape shape;
    Flavour flavour;
    /// The config.json it came from, verbatim: keys that no table reads travel on into exports.
    /// Empty for fresh ones.
    std::string sourceJson = {};

    friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

/// All parameters of such a model, in the order of the forward pass. Depends on shape.layers, task
/// and flavour alone.
[[nodiscard]] std::vector<ParameterSpec> parametersOf(const ModelConfig& config);

/// The spec of one parameter; an id that the model lacks is our bug.
[[nodiscard]] ParameterSpec parameterOf(const ModelConfig& config, ParameterId id);
[[nodiscard]] bool hasParameter(const ModelConfig& config, ParameterId id);

/// Distribution of a fresh parameter: normal with this mean and std (std 0: a constant).
struct FreshInit
{
    double mean = 0;
    double std = 0;
    friend bool operator==(const FreshInit&, const FreshInit&) = default;
};
/// The family's published scheme, as transformers' _init_weights has it: matrices and tables N(0,
/// initStd), norm gains 1, biases 0, and, for GPT-2, writers of the residual stream with initStd /
/// sqrt(2 layers).
[[nodiscard]] FreshInit freshInit(const ModelConfig& config, const ParameterSpec& spec);

} // namespace espalier
