// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/axes/model_config.h"

#include "core/base/expect.h"

#include <array>
#include <cmath>
#include <utility>

namespace espalier {
namespace {

// The order of the forward pass.
constexpr std::array kRolesBeforeBlocks = {Role::TokenEmbedding, Role::TokenTypeEmbedding,
    Role::PatchWeight, Role::PatchBias, Role::ClassToken, Role::DistillationToken,
    Role::PositionEmbedding, Role::EmbeddingNormGain, Role::EmbeddingNormBias};
constexpr std::array kBlockRoles = {Role::AttentionNormGain, Role::AttentionNormBias,
    Role::QkvWeight, Role::QkvBias, Role::QueryNormGain, Role::KeyNormGain, Role::ScoreMixWeight,
    Role::ScoreMixBias, Role::ProbabilityMixWeight, Role::ProbabilityMixBias,
    Role::AttentionOutWeight, Role::AttentionOutBias, Role::AttentionScale,
    Role::AttentionPostNormGain, Role::AttentionPostNormBias, Role::MlpNormGain, Role::MlpNormBias,
    Role::MlpUpWeight, Role::MlpUpBias, Role::MlpDownWeight, Role::MlpDownBias, Role::MlpScale,
    Role::MlpPostNormGain, Role::MlpPostNormBias};
constexpr std::array kRolesAfterBlocks = {Role::FinalNormGain, Role::FinalNormBias,
    Role::HeadDenseWeight, Role::HeadDenseBias, Role::HeadNormGain, Role::HeadNormBias,
    Role::HeadWeight, Role::HeadBias, Role::DistillationHeadWeight, Role::DistillationHeadBias};

bool hasPreNorms(BlockLayout layout)
{
    return layout != BlockLayout::PostNorm;
}

bool hasPostNorms(BlockLayout layout)
{
    return layout == BlockLayout::PostNorm || layout == BlockLayout::Sandwich;
}

bool isPresentInEmbedding(Role role, const ModelConfig& config)
{
    const Flavour& flavour = config.flavour;
    switch (role) {
    case Role::TokenEmbedding:
        return readsTokens(flavour.task);
    case Role::TokenTypeEmbedding:
        return config.shape.tokenTypes > 0;
    case Role::PositionEmbedding:
        return flavour.position == PositionKind::Learned;
    case Role::DistillationToken:
        return flavour.distillationToken;
    case Role::EmbeddingNormGain:
        return flavour.embeddingNorm;
    case Role::EmbeddingNormBias:
        return flavour.embeddingNorm && flavour.norm == NormKind::Layer;
    default: // patches and class token
        return !readsTokens(flavour.task);
    }
}

bool isPresentInBlock(Role role, const Flavour& flavour)
{
    const bool normBias = flavour.norm == NormKind::Layer;
    switch (role) {
    case Role::AttentionNormGain:
    case Role::MlpNormGain:
        return hasPreNorms(flavour.layout);
    case Role::AttentionNormBias:
    case Role::MlpNormBias:
        return hasPreNorms(flavour.layout) && normBias;
    case Role::AttentionPostNormGain:
    case Role::MlpPostNormGain:
        return hasPostNorms(flavour.layout);
    case Role::AttentionPostNormBias:
    case Role::MlpPostNormBias:
        return hasPostNorms(flavour.layout) && normBias;
    case Role::QkvBias:
        return flavour.qkvBias;
    case Role::QueryNormGain:
    case Role::KeyNormGain:
        return flavour.queryKeyNorm;
    case Role::ScoreMixWeight:
    case Role::ScoreMixBias:
    case Role::ProbabilityMixWeight:
    case Role::ProbabilityMixBias:
        return flavour.talkingHeads;
    case Role::AttentionOutBias:
        return flavour.attentionOutBias;
    case Role::MlpUpBias:
    case Role::MlpDownBias:
        return flavour.mlpBias;
    case Role::AttentionScale:
    case Role::MlpScale:
        return flavour.layerScale;
    default:
        return true;
    }
}

bool isPresentInHead(Role role, const Flavour& flavour)
{
    const bool normBias = flavour.norm == NormKind::Layer;
    switch (role) {
    case Role::FinalNormGain:
        return flavour.finalNorm;
    case Role::FinalNormBias:
        return flavour.finalNorm && normBias;
    case Role::HeadDenseWeight:
    case Role::HeadDenseBias:
        return flavour.headDense;
    case Role::HeadNormGain:
        return flavour.headNorm;
    case Role::HeadNormBias:
        return flavour.headNorm && normBias;
    case Role::HeadWeight:
        return !isHeadless(flavour.task) && !flavour.tiedHead;
    case Role::HeadBias:
        return flavour.headBias;
    case Role::DistillationHeadWeight:
    case Role::DistillationHeadBias:
        return flavour.distillationHead;
    default:
        return true;
    }
}

/// Whether such models have the parameter at all.
bool isPresent(Role role, const ModelConfig& config)
{
    if (isPerBlock(role))
        return isPresentInBlock(role, config.flavour);
    return role < Role::AttentionNormGain ? isPresentInEmbedding(role, config)
                                          : isPresentInHead(role, config.flavour);
}

/// Class-attention blocks mix no heads.
bool isPresent(const ParameterId& id, const ModelConfig& config)
{
    const bool mixes = id.role >= Role::ScoreMixWeight && id.role <= Role::ProbabilityMixBias;
    return isPresent(id.role, config) && !(mixes && id.block >= config.shape.layers);
}

ParameterKind kindOf(Role role)
{
    switch (role) {
    case Role::TokenEmbedding:
    case Role::PositionEmbedding:
    case Role::TokenTypeEmbedding:
    case Role::ClassToken:
    case Role::DistillationToken:
        return ParameterKind::Table;
    case Role::EmbeddingNormGain:
    case Role::AttentionNormGain:
    case Role::AttentionPostNormGain:
    case Role::QueryNormGain:
    case Role::KeyNormGain:
    case Role::MlpNormGain:
    case Role::MlpPostNormGain:
    case Role::FinalNormGain:
    case Role::HeadNormGain:
        return ParameterKind::NormGain;
    case Role::AttentionScale:
    case Role::MlpScale:
        return ParameterKind::LayerScale;
    case Role::EmbeddingNormBias:
    case Role::AttentionNormBias:
    case Role::AttentionPostNormBias:
    case Role::MlpNormBias:
    case Role::MlpPostNormBias:
    case Role::FinalNormBias:
    case Role::HeadNormBias:
        return ParameterKind::NormBias;
    case Role::PatchBias:
    case Role::QkvBias:
    case Role::ScoreMixBias:
    case Role::ProbabilityMixBias:
    case Role::AttentionOutBias:
    case Role::MlpUpBias:
    case Role::MlpDownBias:
    case Role::HeadDenseBias:
    case Role::HeadBias:
    case Role::DistillationHeadBias:
        return ParameterKind::Bias;
    default:
        return ParameterKind::Matrix;
    }
}

/// What the parameter's rows (a vector's elements) write.
std::vector<AxisLabel> writtenAxes(const ParameterId& id, const ModelConfig& config)
{
    switch (id.role) {
    case Role::TokenEmbedding:
        return {AxisLabel::Vocab};
    case Role::PositionEmbedding:
        return {AxisLabel::Position};
    case Role::TokenTypeEmbedding:
        return {AxisLabel::TokenType};
    case Role::QkvWeight:
    case Role::QkvBias:
        return {AxisLabel::Query, AxisLabel::Key, AxisLabel::Value};
    case Role::QueryNormGain:
    case Role::KeyNormGain:
        return {AxisLabel::HeadChannel};
    case Role::ScoreMixWeight:
    case Role::ScoreMixBias:
    case Role::ProbabilityMixWeight:
    case Role::ProbabilityMixBias:
        return {AxisLabel::Head};
    case Role::MlpUpWeight:
    case Role::MlpUpBias:
        return std::vector<AxisLabel>(
            config.flavour.gatedMlp ? 2 : 1, mlpAxisOf(config.shape, id.block));
    case Role::HeadWeight:
    case Role::HeadBias:
        return {predictsTokens(config.flavour.task) ? AxisLabel::Vocab : AxisLabel::Class};
    case Role::DistillationHeadWeight:
    case Role::DistillationHeadBias:
        return {AxisLabel::Class};
    default:
        return {AxisLabel::Residual};
    }
}

std::vector<Dim> dimsOf(const ParameterId& id, const ModelConfig& config)
{
    std::vector<Dim> dims = {{writtenAxes(id, config), Side::Write}};
    switch (id.role) {
    case Role::TokenEmbedding:
    case Role::PositionEmbedding:
    case Role::TokenTypeEmbedding:
        dims.push_back({{AxisLabel::Residual}, Side::Write});
        break;
    case Role::PatchWeight:
        dims.push_back({{AxisLabel::Patch}, Side::Read});
        break;
    case Role::QkvWeight:
    case Role::MlpUpWeight:
    case Role::HeadDenseWeight:
    case Role::HeadWeight:
    case Role::DistillationHeadWeight:
        dims.push_back({{AxisLabel::Residual}, Side::Read});
        break;
    case Role::ScoreMixWeight:
    case Role::ProbabilityMixWeight:
        dims.push_back({{AxisLabel::Head}, Side::Read});
        break;
    case Role::AttentionOutWeight:
        dims.push_back({{AxisLabel::Context}, Side::Read});
        break;
    case Role::MlpDownWeight:
        dims.push_back({{mlpAxisOf(config.shape, id.block)}, Side::Read});
        break;
    default:
        break;
    }
    return dims;
}

ParameterSpec specOf(const ParameterId& id, const ModelConfig& config)
{
    return {.id = id, .kind = kindOf(id.role), .dims = dimsOf(id, config)};
}

} // namespace

std::int64_t rotaryDimOf(const Flavour& flavour, std::int64_t headDim)
{
    return static_cast<std::int64_t>(static_cast<double>(headDim) * flavour.rotary.share);
}

std::int64_t windowOf(const Flavour& flavour, int block)
{
    const auto at = static_cast<std::size_t>(block);
    return at < flavour.windowed_L.size() && flavour.windowed_L[at] ? flavour.window : 0;
}

ModelConfig destinationConfig(ModelConfig parent, const ModelShape& asked)
{
    ModelConfig child = std::move(parent);
    child.shape = destinationShape(child.shape, asked);
    Flavour& flavour = child.flavour;
    if (flavour.task == Task::ImageEncoder && child.shape.classes > 0) {
        flavour.task = Task::ImageClassification;
        flavour.headDense = false;
        flavour.headBias = true;
        flavour.distillationHead = flavour.distillationToken;
    }
    return child;
}

std::int64_t trunkTokensOf(const ModelConfig& config)
{
    const std::int64_t inFront = config.flavour.distillationToken ? 2 : 1;
    const bool joinsLate = config.shape.classLayers > 0;
    return config.shape.positions + (config.flavour.patchPositions && !joinsLate ? inFront : 0);
}

std::vector<ParameterSpec> parametersOf(const ModelConfig& config)
{
    std::vector<ParameterSpec> specs;
    const auto add = [&](const auto& roles, int block) {
        for (const Role role : roles)
            if (isPresent({role, block}, config))
                specs.push_back(specOf({role, block}, config));
    };
    add(kRolesBeforeBlocks, -1);
    for (int block = 0; block < static_cast<int>(blocksOf(config.shape)); ++block)
        add(kBlockRoles, block);
    add(kRolesAfterBlocks, -1);
    return specs;
}

ParameterSpec parameterOf(const ModelConfig& config, ParameterId id)
{
    ESPALIER_EXPECT(hasParameter(config, id), "only parameters that the model has are asked for");
    return specOf(id, config);
}

bool hasParameter(const ModelConfig& config, ParameterId id)
{
    const bool blockFits =
        isPerBlock(id.role) ? id.block >= 0 && id.block < blocksOf(config.shape) : id.block == -1;
    return blockFits && isPresent(id, config);
}

FreshInit freshInit(const ModelConfig& config, const ParameterSpec& spec)
{
    switch (spec.kind) {
    case ParameterKind::NormGain:
        return {.mean = 1 - config.flavour.normGainOffset, .std = 0};
    case ParameterKind::LayerScale:
        return {.mean = config.flavour.layerScaleInit, .std = 0};
    case ParameterKind::NormBias:
    case ParameterKind::Bias:
        return {.mean = 0, .std = 0};
    case ParameterKind::Table:
    case ParameterKind::Matrix:
        break;
    }
    const bool writesResidual =
        spec.id.role == Role::AttentionOutWeight || spec.id.role == Role::MlpDownWeight;
    const double shrink = config.flavour.scaledResidualInit && writesResidual
        ? std::sqrt(2.0 * static_cast<double>(config.shape.layers))
        : 1.0;
    return {.mean = 0, .std = config.flavour.initStd / shrink};
}

} // namespace espalier
