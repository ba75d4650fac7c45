// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/toy_model.h"

namespace espalier::test {

namespace {

ModelShape toyShape(const ToySizes& sizes)
{
    return {.layers = sizes.layers,
        .hidden = sizes.hidden,
        .heads = sizes.heads,
        .kvHeads = sizes.heads,
        .headDim = sizes.headDim,
        .mlp = sizes.mlp};
}

} // namespace

ModelConfig toyGpt2(const ToySizes& sizes, bool tiedHead)
{
    ModelConfig config{.family = "gpt2", .shape = toyShape(sizes), .flavour = {}};
    config.shape.vocab = 17;
    config.shape.positions = 9;
    config.flavour.tiedHead = tiedHead;
    config.flavour.scaledResidualInit = true;
    return config;
}

ModelConfig toyLlama(const ToySizes& sizes)
{
    ModelConfig config{.family = "llama", .shape = toyShape(sizes), .flavour = {}};
    config.shape.kvHeads = 1;
    config.shape.vocab = 17;
    config.shape.positions = 9;
    config.flavour = {.norm = NormKind::Rms,
        .activation = Activation::Silu,
        .gatedMlp = true,
        .position = PositionKind::Rotary,
        .qkvBias = false,
        .attentionOutBias = false,
        .mlpBias = false,
        .tiedHead = false};
    return config;
}

ModelConfig toyBert(Task task, const ToySizes& sizes)
{
    ModelConfig config{.family = "bert", .shape = toyShape(sizes), .flavour = {}};
    config.shape.vocab = 17;
    config.shape.positions = 9;
    config.shape.tokenTypes = 2;
    config.shape.classes = predictsClasses(task) ? 7 : 0;
    const bool masked = task == Task::MaskedLanguageModel;
    config.flavour = {.task = task,
        .layout = BlockLayout::PostNorm,
        .normEpsilon = 1e-12,
        .activation = Activation::GeluErf,
        .embeddingNorm = true,
        .finalNorm = false,
        .headDense = true,
        .headActivation = masked ? Activation::GeluErf : Activation::Tanh,
        .headNorm = masked,
        .tiedHead = masked,
        .headBias = task != Task::Encoder};
    return config;
}

ModelConfig toyRoberta(Task task, const ToySizes& sizes)
{
    ModelConfig config = toyBert(task, sizes);
    config.family = "roberta";
    config.shape.sparePositions = 2;
    config.shape.tokenTypes = 1;
    config.flavour.positionRule = PositionRule::RealTokens;
    config.flavour.paddingId = 1;
    return config;
}

ModelConfig toyDistilbert(Task task, const ToySizes& sizes)
{
    ModelConfig config = toyBert(task, sizes);
    config.family = "distilbert";
    config.shape.tokenTypes = 0;
    config.flavour.headDense = task != Task::Encoder;
    if (task != Task::MaskedLanguageModel)
        config.flavour.headActivation =
            predictsClasses(task) ? Activation::Relu : Activation::GeluErf;
    return config;
}

ModelConfig toyVit(const ToySizes& sizes)
{
    ModelConfig config{.family = "vit", .shape = toyShape(sizes), .flavour = {}};
    config.shape.positions = 5;
    config.shape.classes = 7;
    config.shape.channels = 2;
    config.shape.imageHeight = 8;
    config.shape.imageWidth = 4;
    config.shape.patchHeight = 4;
    config.shape.patchWidth = 2;
    config.flavour.task = Task::ImageClassification;
    config.flavour.normEpsilon = 1e-12;
    config.flavour.activation = Activation::GeluErf;
    config.flavour.tiedHead = false;
    config.flavour.headBias = true;
    return config;
}

} // namespace espalier::test
