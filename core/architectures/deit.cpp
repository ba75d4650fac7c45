// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/deit.h"

#include "core/architectures/family_config.h"
#include "core/architectures/image_config.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

using enum Role;

bool hasTwoHeads(const Flavour& flavour)
{
    return flavour.distillationHead;
}

bool hasOneHead(const Flavour& flavour)
{
    return !flavour.distillationHead;
}

constexpr DiskRow headRow(std::string_view name, Role role, bool (*when)(const Flavour&))
{
    DiskRow row{name, role};
    row.when = when;
    return row;
}

// clang-format off
constexpr std::array kRows = {
    DiskRow{"embeddings.patch_embeddings.projection.weight",           PatchWeight, Layout::PatchConv},
    DiskRow{"embeddings.patch_embeddings.projection.bias",             PatchBias},
    DiskRow{"embeddings.cls_token",                                    ClassToken, Layout::OneByOne},
    DiskRow{"embeddings.distillation_token",                           DistillationToken, Layout::OneByOne},
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
    headRow("classifier.weight", HeadWeight, hasOneHead),
    headRow("classifier.bias", HeadBias, hasOneHead),
    headRow("cls_classifier.weight", HeadWeight, hasTwoHeads),
    headRow("cls_classifier.bias", HeadBias, hasTwoHeads),
    DiskRow{"distillation_classifier.weight",                          DistillationHeadWeight},
    DiskRow{"distillation_classifier.bias",                            DistillationHeadBias},
};
// clang-format on

constexpr std::array<std::string_view, 6> kUnprefixed = {"classifier.weight", "classifier.bias",
    "cls_classifier.weight", "cls_classifier.bias", "distillation_classifier.weight",
    "distillation_classifier.bias"};

// The pooler of DeiTModel files; classifiers read tokens instead.
constexpr std::array<std::string_view, 2> kIgnored = {"pooler.dense.weight", "pooler.dense.bias"};

constexpr TaskClass kOneHead = {"DeiTForImageClassification", Task::ImageClassification};
constexpr TaskClass kTwoHeads = {
    "DeiTForImageClassificationWithTeacher", Task::ImageClassification};
constexpr std::array kClasses = {kOneHead, kTwoHeads};

void fill(ObjectReader& keys, ModelConfig& config)
{
    config.shape = readImageShape(keys, 2);
    config.flavour = readImageFlavour(keys);
    config.flavour.distillationToken = true;
    config.flavour.distillationHead = readClass(keys, kClasses).name == kTwoHeads.name;
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "deit", fill);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    const TaskClass& written = config.flavour.distillationHead ? kTwoHeads : kOneHead;
    return imageConfigAsJson(config, "deit", written.name);
}

} // namespace

const Architecture& deit()
{
    static constexpr Architecture kDeit = {.id = "deit",
        .title = "DeiT",
        .paper = "Touvron et al. 2020, arXiv 2012.12877",
        .modelType = "deit",
        .rows = kRows,
        .prefix = "deit.",
        .unprefixed = kUnprefixed,
        .ignored = kIgnored,
        .rules = {.hiddenIsHeadsTimesHeadDim = true, .groupedKeyValues = false},
        .readConfig = readConfig,
        .writeConfig = writeConfig};
    return kDeit;
}

} // namespace espalier
