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
    MaskedLanguageModel,
    SequenceClassification, ///< of texts, read off their first token
    ImageClassification,
    TextEncoder, ///< no head: the last hidden states are the output
    ImageEncoder, ///< the same of images
};

/// Inputs are token ids (images otherwise).
[[nodiscard]] constexpr bool readsTokens(Task task)
{
    return task != Task::ImageClassification && task != Task::ImageEncoder;
}
/// The head scores every token of the vocabulary (classes, or nothing, otherwise).
[[nodiscard]] constexpr bool predictsTokens(Task task)
{
    return task == Task::CausalLanguageModel || task == Task::MaskedLanguageModel;
}
[[nodiscard]] constexpr bool predictsClasses(Task task)
{
    return task == Task::SequenceClassification || task == Task::ImageClassification;
}
[[nodiscard]] constexpr bool isHeadless(Task task)
{
    return task == Task::TextEncoder || task == Task::ImageEncoder;
}

enum class NormKind
{
    Layer, ///< mean and variance, gain and bias
    Rms ///< root mean square, gain alone (Zhang and Sennrich 2019, arXiv 1910.07467)
};

/// Where a block's norms stand, f being attention and then the MLP.
enum class BlockLayout
{
    PreNorm, ///< x + f(norm(x))
    Parallel, ///< x + attention(norm(x)) + mlp(norm'(x)), both of the same x (GPT-NeoX)
    PostNorm, ///< postNorm(x + f(x)) (BERT)
    Sandwich, ///< x + postNorm(f(norm(x))) (Gemma 2)
};

enum class Activation
{
    GeluTanh,
    GeluErf,
    GeluQuick, ///< x sigmoid(1.702 x)
    Relu,
    Silu,
    Tanh,
};

enum class PositionKind
{
    Learned, ///< a row of PositionEmbedding is added to each token
    Rotary, ///< queries and keys are turned (Su et al. 2021, arXiv 2104.09864)
};

/// Which row of the learned position table a token gets.
enum class PositionRule
{
    Column, ///< its column, padded or not
    AttendedTokens, ///< tokens that the attention mask lets through up to here, counted (OPT)
    RealTokens, ///< the same of ids that are not the padding id (RoBERTa)
};

enum class RotaryScaling
{
    None,
    Linear, ///< all angles divided by the factor
    Llama3, ///< long wavelengths divided by the factor, middle ones in part
};

/// Rotary embeddings. Channel i of a head turns with channel i + dim / 2, dim being
/// rotaryDimOf(flavour, headDim).
struct Rotary
{
    double theta = 10000;
    double share = 1; ///< of a head's channels that turn, the first ones
    RotaryScaling scaling = RotaryScaling::None;
    double factor = 1;
    double lowFrequencyFactor = 1; ///< these three: Llama3 alone
    double highFrequencyFactor = 4;
    std::int64_t originalPositions = 8192;

    friend bool operator==(const Rotary&, const Rotary&) = default;
};

/// Everything but sizes that a forward pass must know. A family's table fills it in from
/// config.json; forward/ reads it and never the family's name.
struct Flavour
{
    Task task = Task::CausalLanguageModel;
    BlockLayout layout = BlockLayout::PreNorm;
    NormKind norm = NormKind::Layer;
    double normEpsilon = 1e-5;
    double normGainOffset = 0; ///< norms multiply by this plus their gain (Gemma: 1)
    Activation activation = Activation::GeluTanh;
    bool gatedMlp = false; ///< down(activation(gate(x)) * up(x))

    PositionKind position = PositionKind::Learned;
    PositionRule positionRule = PositionRule::Column;
    std::int64_t paddingId = 0; ///< RealTokens alone
    Rotary rotary = {};

    bool qkvBias = true;
    bool attentionOutBias = true;
    bool mlpBias = true;
    bool queryKeyNorm = false; ///< an Rms norm of every query and key head
    double queryScale = 0; ///< scores are multiplied by it; 0: by 1 / sqrt(headDim)
    double scoreCap = 0; ///< scores become cap tanh(score / cap); 0: they don't
    std::int64_t window = 0; ///< tokens that a windowed block's query sees, itself included
    std::vector<bool> windowed_L = {}; ///< which blocks are windowed; empty: none
    bool talkingHeads = false; ///< heads mixed before and after the softmax
    bool layerScale = false; ///< a gain per channel on what attention and MLP add

    bool embeddingTimesSqrtHidden = false; ///< token embeddings times sqrt(hidden) (Gemma)
    bool embeddingNorm = false;
    bool finalNorm = true;
    bool patchPositions = false; ///< patches alone have positions (DeiT III, CaiT)
    bool distillationToken = false;
    bool distillationHead = false; ///< logits are the mean of both heads

    bool headDense = false;
    Activation headActivation = Activation::Tanh; ///< after HeadDense
    bool headNorm = false;
    bool tiedHead = true; ///< the head reads TokenEmbedding; HeadWeight is absent
    bool headBias = false;
    double logitCap = 0; ///< as scoreCap, for logits

    double initStd = 0.02; ///< the family's published scheme for fresh weights (see freshInit)
    bool scaledResidualInit =
        false; ///< writers of the residual stream start smaller by 1/sqrt(2 layers) (GPT-2)
    double layerScaleInit = 1e-5;

    friend bool operator==(const Flavour&, const Flavour&) = default;
};

/// Channels of a head that turn, as transformers rounds it.
[[nodiscard]] std::int64_t rotaryDimOf(const Flavour& flavour, std::int64_t headDim);
/// Tokens that a query of this block sees, itself included; 0: no limit.
[[nodiscard]] std::int64_t windowOf(const Flavour& flavour, int block);

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

/// The config of a destination (see destinationShape). An image model without a head that is given
/// classes becomes a classifier: its pooler goes, and each token in front of the patches gets a
/// head.
[[nodiscard]] ModelConfig destinationConfig(ModelConfig parent, const ModelShape& asked);

/// The longest input of the trunk in tokens; of an image the only one: patches, and the class and
/// distillation tokens in front.
[[nodiscard]] std::int64_t trunkTokensOf(const ModelConfig& config);

/// All parameters of such a model, in the order of the forward pass. Depends on the flavour and on
/// which of layers, classLayers and tokenTypes there are.
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
/// initStd), norm gains 1 (with their offset), biases 0, LayerScale's gains layerScaleInit, and,
/// for GPT-2, writers of the residual stream with initStd / sqrt(2 layers).
[[nodiscard]] FreshInit freshInit(const ModelConfig& config, const ParameterSpec& spec);

} // namespace espalier
