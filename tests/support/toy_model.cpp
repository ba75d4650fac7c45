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
        .headBias = task != Task::TextEncoder};
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
    config.flavour.headDense = task != Task::TextEncoder;
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

ModelConfig toyGroupedLlama()
{
    ModelConfig config = toyLlama({.hidden = 16, .heads = 4});
    config.shape.kvHeads = 2;
    return config;
}

ModelConfig toyOpt(const ToySizes& sizes)
{
    ModelConfig config = toyGpt2(sizes);
    config.family = "opt";
    config.shape.sparePositions = 2;
    config.flavour.scaledResidualInit = false;
    config.flavour.activation = Activation::Relu;
    config.flavour.positionRule = PositionRule::AttendedTokens;
    return config;
}

ModelConfig toyNeox(const ToySizes& sizes)
{
    ModelConfig config = toyGpt2(sizes, false);
    config.family = "gpt_neox";
    config.flavour.scaledResidualInit = false;
    config.flavour.layout = BlockLayout::Parallel;
    config.flavour.activation = Activation::GeluErf;
    config.flavour.position = PositionKind::Rotary;
    config.flavour.rotary.share = 0.5;
    return config;
}

ModelConfig toyQwen3()
{
    ModelConfig config = toyLlama({.hidden = 14, .heads = 4});
    config.family = "qwen3";
    config.shape.kvHeads = 2;
    config.flavour.normEpsilon = 1e-6;
    config.flavour.queryKeyNorm = true;
    config.flavour.tiedHead = true;
    return config;
}

ModelConfig toyGemma(const ToySizes& sizes)
{
    ModelConfig config = toyLlama(sizes);
    config.family = "gemma";
    config.flavour.activation = Activation::GeluTanh;
    config.flavour.normGainOffset = 1;
    config.flavour.embeddingTimesSqrtHidden = true;
    config.flavour.tiedHead = true;
    return config;
}

ModelConfig toyGemma2(const ToySizes& sizes)
{
    ModelConfig config = toyGemma(sizes);
    config.family = "gemma2";
    config.flavour.layout = BlockLayout::Sandwich;
    config.flavour.queryScale = 0.4;
    config.flavour.scoreCap = 5;
    config.flavour.logitCap = 9;
    config.flavour.window = 3;
    for (std::int64_t block = 0; block < sizes.layers; ++block)
        config.flavour.windowed_L.push_back(block % 2 == 0);
    return config;
}

ModelConfig toyDeit(const ToySizes& sizes)
{
    ModelConfig config = toyVit(sizes);
    config.family = "deit";
    config.shape.positions = 6;
    config.flavour.distillationToken = true;
    config.flavour.distillationHead = true;
    return config;
}

ModelConfig toyDeit3(const ToySizes& sizes)
{
    ModelConfig config = toyVit(sizes);
    config.family = "timm_deit3";
    config.shape.positions = 4;
    config.flavour.normEpsilon = 1e-6;
    config.flavour.layerScale = true;
    config.flavour.layerScaleInit = 1; // with the papers' fresh blocks add next to nothing
    config.flavour.patchPositions = true;
    return config;
}

ModelConfig toyCait(const ToySizes& sizes)
{
    ModelConfig config = toyDeit3(sizes);
    config.family = "timm_cait";
    config.shape.classLayers = 2;
    config.shape.classMlp = sizes.mlp * 3 / 2;
    config.flavour.talkingHeads = true;
    return config;
}

ModelConfig toyHeadless(ModelConfig images)
{
    images.shape.classes = 0;
    images.flavour.task = Task::ImageEncoder;
    images.flavour.headBias = false;
    images.flavour.distillationHead = false;
    return images;
}

std::vector<ToyFamily> toyFamilies()
{
    return {{"gpt2", toyGpt2()}, {"gpt2, own head", toyGpt2({}, false)}, {"opt", toyOpt()},
        {"gpt_neox", toyNeox()}, {"llama, one group", toyLlama()},
        {"llama, two groups", toyGroupedLlama()}, {"qwen3", toyQwen3()}, {"gemma", toyGemma()},
        {"gemma2", toyGemma2()}, {"bert", toyBert()},
        {"bert, texts", toyBert(Task::SequenceClassification)}, {"roberta", toyRoberta()},
        {"distilbert", toyDistilbert()}, {"vit", toyVit()}, {"deit", toyDeit()},
        {"deit3", toyDeit3()}, {"cait", toyCait()}};
}

} // namespace espalier::test
