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

constexpr auto kRows = joinedRows(joinedRows(std::array{DiskRow{"embeddings.distillation_token",
                                                 DistillationToken, Layout::OneByOne}},
                                      joinedRows(kVitTrunkRows, kVitPoolerRows)),
    std::array{headRow("classifier.weight", HeadWeight, hasOneHead),
        headRow("classifier.bias", HeadBias, hasOneHead),
        headRow("cls_classifier.weight", HeadWeight, hasTwoHeads),
        headRow("cls_classifier.bias", HeadBias, hasTwoHeads),
        DiskRow{"distillation_classifier.weight", DistillationHeadWeight},
        DiskRow{"distillation_classifier.bias", DistillationHeadBias}});

constexpr std::array<std::string_view, 6> kUnprefixed = {"classifier.weight", "classifier.bias",
    "cls_classifier.weight", "cls_classifier.bias", "distillation_classifier.weight",
    "distillation_classifier.bias"};

constexpr TaskClass kOneHead = {"DeiTForImageClassification", Task::ImageClassification};
constexpr TaskClass kTwoHeads = {
    "DeiTForImageClassificationWithTeacher", Task::ImageClassification};
constexpr std::array kClasses = {kOneHead, kTwoHeads, TaskClass{"DeiTModel", Task::ImageEncoder}};

void fill(ObjectReader& keys, ModelConfig& config)
{
    const TaskClass& read = readClass(keys, kClasses);
    config.shape = readImageShape(keys, read.task, 2);
    config.flavour = readImageFlavour(keys, read.task);
    config.flavour.distillationToken = true;
    config.flavour.distillationHead = read.name == kTwoHeads.name;
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "deit", fill);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    const Flavour& flavour = config.flavour;
    return imageConfigAsJson(config, "deit",
        flavour.distillationHead ? kTwoHeads.name : classFor(kClasses, flavour.task));
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
        .ignored = {},
        .rules = {.hiddenIsHeadsTimesHeadDim = true, .groupedKeyValues = false},
        .readConfig = readConfig,
        .writeConfig = writeConfig,
        .imageProcessor = "ViTImageProcessor"};
    return kDeit;
}

} // namespace espalier
