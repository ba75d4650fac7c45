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
    Role::PatchWeight, Role::PatchBias, Role::ClassToken, Role::PositionEmbedding,
    Role::EmbeddingNormGain, Role::EmbeddingNormBias};
constexpr std::array kBlockRoles = {Role::AttentionNormGain, Role::AttentionNormBias,
    Role::QkvWeight, Role::QkvBias, Role::AttentionOutWeight, Role::AttentionOutBias,
    Role::MlpNormGain, Role::MlpNormBias, Role::MlpUpWeight, Role::MlpUpBias, Role::MlpDownWeight,
    Role::MlpDownBias};
constexpr std::array kRolesAfterBlocks = {
    Role::FinalNormGain, Role::FinalNormBias, Role::HeadWeight, Role::HeadBias};

/// Whether models of this flavour have the parameter at all.
bool isPresent(Role role, const Flavour& flavour)
{
    switch (role) {
    case Role::TokenEmbedding:
        return flavour.task == Task::CausalLanguageModel;
    case Role::PatchWeight:
    case Role::PatchBias:
    case Role::ClassToken:
        return flavour.task == Task::ImageClassification;
    case Role::PositionEmbedding:
        return flavour.position == PositionKind::Learned;
    case Role::TokenTypeEmbedding:
    case Role::EmbeddingNormGain:
    case Role::EmbeddingNormBias:
        return false;
    case Role::QkvBias:
        return flavour.qkvBias;
    case Role::AttentionOutBias:
        return flavour.attentionOutBias;
    case Role::MlpUpBias:
    case Role::MlpDownBias:
        return flavour.mlpBias;
    case Role::HeadWeight:
        return !flavour.tiedHead;
    case Role::HeadBias:
        return flavour.headBias;
    default:
        return true;
    }
}

ParameterKind kindOf(Role role)
{
    switch (role) {
    case Role::TokenEmbedding:
    case Role::PositionEmbedding:
    case Role::TokenTypeEmbedding:
    case Role::ClassToken:
        return ParameterKind::Table;
    case Role::EmbeddingNormGain:
    case Role::AttentionNormGain:
    case Role::MlpNormGain:
    case Role::FinalNormGain:
        return ParameterKind::NormGain;
    case Role::EmbeddingNormBias:
    case Role::AttentionNormBias:
    case Role::MlpNormBias:
    case Role::FinalNormBias:
        return ParameterKind::NormBias;
    case Role::PatchBias:
    case Role::QkvBias:
    case Role::AttentionOutBias:
    case Role::MlpUpBias:
    case Role::MlpDownBias:
    case Role::HeadBias:
        return ParameterKind::Bias;
    default:
        return ParameterKind::Matrix;
    }
}

/// What the parameter's rows (a vector's elements) write.
std::vector<AxisLabel> writtenAxes(Role role, Task task)
{
    switch (role) {
    case Role::TokenEmbedding:
        return {AxisLabel::Vocab};
    case Role::PositionEmbedding:
        return {AxisLabel::Position};
    case Role::TokenTypeEmbedding:
        return {AxisLabel::TokenType};
    case Role::QkvWeight:
    case Role::QkvBias:
        return {AxisLabel::Query, AxisLabel::Key, AxisLabel::Value};
    case Role::MlpUpWeight:
    case Role::MlpUpBias:
        return {AxisLabel::Mlp};
    case Role::HeadWeight:
    case Role::HeadBias:
        return {task == Task::CausalLanguageModel ? AxisLabel::Vocab : AxisLabel::Class};
    default:
        return {AxisLabel::Residual};
    }
}

std::vector<Dim> dimsOf(Role role, Task task)
{
    std::vector<Dim> dims = {{writtenAxes(role, task), Side::Write}};
    switch (role) {
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
    case Role::HeadWeight:
        dims.push_back({{AxisLabel::Residual}, Side::Read});
        break;
    case Role::AttentionOutWeight:
        dims.push_back({{AxisLabel::Context}, Side::Read});
        break;
    case Role::MlpDownWeight:
        dims.push_back({{AxisLabel::Mlp}, Side::Read});
        break;
    default:
        break;
    }
    return dims;
}

ParameterSpec specOf(ParameterId id, Task task)
{
    return {.id = id, .kind = kindOf(id.role), .dims = dimsOf(id.role, task)};
}

} // namespace

std::vector<ParameterSpec> parametersOf(const ModelConfig& config)
{
    std::vector<ParameterSpec> specs;
    const auto add = [&](const auto& roles, int block) {
        for (const Role role : roles)
            if (isPresent(role, config.flavour))
                specs.push_back(specOf({role, block}, config.flavour.task));
    };
    add(kRolesBeforeBlocks, -1);
    for (int block = 0; block < static_cast<int>(config.shape.layers); ++block)
        add(kBlockRoles, block);
    add(kRolesAfterBlocks, -1);
    return specs;
}

ParameterSpec parameterOf(const ModelConfig& config, ParameterId id)
{
    ESPALIER_EXPECT(hasParameter(config, id), "only parameters that the model has are asked for");
    return specOf(id, config.flavour.task);
}

bool hasParameter(const ModelConfig& config, ParameterId id)
{
    const bool blockFits =
        isPerBlock(id.role) ? id.block >= 0 && id.block < config.shape.layers : id.block == -1;
    return blockFits && isPresent(id.role, config.flavour);
}

FreshInit freshInit(const ModelConfig& config, const ParameterSpec& spec)
{
    switch (spec.kind) {
    case ParameterKind::NormGain:
        return {.mean = 1, .std = 0};
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
