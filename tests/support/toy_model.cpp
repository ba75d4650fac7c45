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
