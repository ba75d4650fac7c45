// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/vit.h"

#include "core/architectures/family_config.h"
#include "core/architectures/image_config.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

using enum Role;

// The names in the files of transformers 4 and 5 alike: 5 has others in memory and translates both
// ways.
// clang-format off
constexpr std::array kRows = {
    DiskRow{"embeddings.patch_embeddings.projection.weight",           PatchWeight, Layout::PatchConv},
    DiskRow{"embeddings.patch_embeddings.projection.bias",             PatchBias},
    DiskRow{"embeddings.cls_token",                                    ClassToken, Layout::OneByOne},
    DiskRow{"embeddings.position_embeddings",                          PositionEmbedding, Layout::OneByRows},
    DiskRow{"encoder.layer.{l}.layernorm_before.weight",               AttentionNormGain},
    DiskRow{"encoder.layer.{l}.layernorm_before.bias",                 AttentionNormBias},
    DiskRow{"encoder.layer.{l}.attention.attention.query.weight",      QkvWeight, Layout::Plain, 0},
    DiskRow{"encoder.layer.{l}.attention.attention.query.bias",        QkvBias, Layout::Plain, 0},
    DiskRow{"encoder.layer.{l}.attention.attention.key.weight",        QkvWeight, Layout::Plain, 1},
    DiskRow{"encoder.layer.{l}.attention.attention.key.bias",          QkvBias, Layout::Plain, 1},
    DiskRow{"encoder.layer.{l}.attention.attention.value.weight",      QkvWeight, Layout::Plain, 2},
    DiskRow{"encoder.layer.{l}.attention.attention.value.bias",        QkvBias, Layout::Plain, 2},
    DiskRow{"encoder.layer.{l}.attention.output.dense.weight",         AttentionOutWeight},
    DiskRow{"encoder.layer.{l}.attention.output.dense.bias",           AttentionOutBias},
    DiskRow{"encoder.layer.{l}.layernorm_after.weight",                MlpNormGain},
    DiskRow{"encoder.layer.{l}.layernorm_after.bias",                  MlpNormBias},
    DiskRow{"encoder.layer.{l}.intermediate.dense.weight",             MlpUpWeight},
    DiskRow{"encoder.layer.{l}.intermediate.dense.bias",               MlpUpBias},
    DiskRow{"encoder.layer.{l}.output.dense.weight",                   MlpDownWeight},
    DiskRow{"encoder.layer.{l}.output.dense.bias",                     MlpDownBias},
    DiskRow{"layernorm.weight",                                        FinalNormGain},
    DiskRow{"layernorm.bias",                                          FinalNormBias},
    DiskRow{"classifier.weight",                                       HeadWeight},
    DiskRow{"classifier.bias",                                         HeadBias},
};
// clang-format on

constexpr std::array<std::string_view, 2> kUnprefixed = {"classifier.weight", "classifier.bias"};

// The pooler of ViTModel files; a classifier reads the class token instead.
constexpr std::array<std::string_view, 2> kIgnored = {"pooler.dense.weight", "pooler.dense.bias"};

void fill(ObjectReader& keys, ModelConfig& config)
{
    config.shape = readImageShape(keys, 1);
    config.flavour = readImageFlavour(keys);
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "vit", fill);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    return imageConfigAsJson(config, "vit", "ViTForImageClassification");
}

} // namespace

const Architecture& vit()
{
    static constexpr Architecture kVit = {.id = "vit",
        .title = "Vision Transformer",
        .paper = "Dosovitskiy et al. 2020, arXiv 2010.11929",
        .modelType = "vit",
        .rows = kRows,
        .prefix = "vit.",
        .unprefixed = kUnprefixed,
        .ignored = kIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = true, .groupedKeyValues = false},
        .readConfig = readConfig,
        .writeConfig = writeConfig};
    return kVit;
}

} // namespace espalier
