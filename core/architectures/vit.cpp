// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/vit.h"

#include "core/architectures/family_config.h"
#include "core/architectures/image_config.h"

#include <nlohmann/json.hpp>

#include <array>

namespace espalier {
namespace {

using enum Role;

constexpr auto kRows = joinedRows(joinedRows(kVitTrunkRows, kVitPoolerRows),
    std::array{DiskRow{"classifier.weight", HeadWeight}, DiskRow{"classifier.bias", HeadBias}});

constexpr std::array<std::string_view, 2> kUnprefixed = {"classifier.weight", "classifier.bias"};

constexpr std::array kClasses = {TaskClass{"ViTForImageClassification", Task::ImageClassification},
    TaskClass{"ViTModel", Task::ImageEncoder}};

void fill(ObjectReader& keys, ModelConfig& config)
{
    const Task task = readTask(keys, kClasses);
    config.shape = readImageShape(keys, task, 1);
    config.flavour = readImageFlavour(keys, task);
}

Result<ModelConfig> readConfig(const nlohmann::json& json, std::string_view where)
{
    return readFamilyConfig(json, where, "vit", fill);
}

nlohmann::ordered_json writeConfig(const ModelConfig& config)
{
    return imageConfigAsJson(config, "vit", classFor(kClasses, config.flavour.task));
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
        .ignored = {},
        .rules = {.hiddenIsHeadsTimesHeadDim = true, .groupedKeyValues = false},
        .readConfig = readConfig,
        .writeConfig = writeConfig,
        .imageProcessor = "ViTImageProcessor"};
    return kVit;
}

} // namespace espalier
