// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/bert_trunk.h"

#include "core/architectures/family_config.h"

#include <nlohmann/json.hpp>

namespace espalier {

Flavour encoderFlavour(ObjectReader& keys, Task task)
{
    const bool masked = task == Task::MaskedLanguageModel;
    return {.task = task,
        .layout = BlockLayout::PostNorm,
        .normEpsilon = 1e-12,
        .embeddingNorm = true,
        .finalNorm = false,
        .headDense = true,
        .headNorm = masked,
        .tiedHead = masked && keys.optionalBool("tie_word_embeddings").value_or(true),
        .headBias = task != Task::TextEncoder,
        .initStd = keys.optionalNumber("initializer_range", 0, 10).value_or(0.02)};
}

void readBertTrunk(ObjectReader& keys, Task task, ModelConfig& config)
{
    ModelShape& shape = config.shape;
    readSizes(keys, {}, shape);
    shape.vocab = keys.requiredInteger("vocab_size", 1, SizeLimits::vocab);
    shape.positions =
        keys.optionalInteger("max_position_embeddings", 1, SizeLimits::positions).value_or(512);
    shape.tokenTypes = keys.optionalInteger("type_vocab_size", 1, SizeLimits::vocab).value_or(2);
    if (predictsClasses(task))
        shape.classes = readClasses(keys);
    config.flavour = encoderFlavour(keys, task);
    config.flavour.normEpsilon = keys.optionalNumber("layer_norm_eps", 0, 1).value_or(1e-12);
    config.flavour.activation = readActivation(keys, "hidden_act", Activation::GeluErf);
    requireSwitch(keys, "is_decoder", false);
    requireSwitch(keys, "add_cross_attention", false);
    if (keys.optionalString("position_embedding_type").value_or("absolute") != "absolute")
        keys.refuse("position_embedding_type", "\"absolute\", other models are not supported");
}

void writeBertTrunk(nlohmann::ordered_json& json, const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    const Flavour& flavour = config.flavour;
    writeSizes(json, {}, shape);
    json["vocab_size"] = shape.vocab;
    json["max_position_embeddings"] = shape.sparePositions + shape.positions;
    json["type_vocab_size"] = shape.tokenTypes;
    writeActivation(json, "hidden_act", flavour.activation);
    json["layer_norm_eps"] = flavour.normEpsilon;
    json["initializer_range"] = flavour.initStd;
    if (predictsTokens(flavour.task))
        json["tie_word_embeddings"] = flavour.tiedHead;
    if (predictsClasses(flavour.task))
        writeClasses(json, shape.classes);
}

} // namespace espalier
