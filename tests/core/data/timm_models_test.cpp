// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every architecture name of the timm families against what timm makes of it
// (tests/peers/write_timm_models.py).

#include "core/architectures/catalog.h"
#include "core/data/image_processor.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <set>

namespace espalier {
namespace {

using nlohmann::json;

std::vector<json> linesOfTimm()
{
    std::ifstream file(std::filesystem::path(ESPALIER_TEST_DATA) / "timm" / "models.jsonl");
    std::vector<json> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(json::parse(line));
    return lines;
}

json factsOf(const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    const Flavour& flavour = config.flavour;
    return {{"layers", shape.layers}, {"hidden", shape.hidden}, {"heads", shape.heads},
        {"mlp", shape.mlp}, {"class_layers", shape.classLayers}, {"class_mlp", shape.classMlp},
        {"channels", shape.channels}, {"image", {shape.imageHeight, shape.imageWidth}},
        {"patch", {shape.patchHeight, shape.patchWidth}},
        {"positions", shape.sparePositions + shape.positions},
        {"patch_positions", flavour.patchPositions}, {"classes", shape.classes},
        {"distilled", flavour.distillationToken && flavour.distillationHead},
        {"layer_scale", flavour.layerScale ? flavour.layerScaleInit : 0.0},
        {"talking_heads", flavour.talkingHeads}, {"qkv_bias", flavour.qkvBias},
        {"norm_epsilon", flavour.normEpsilon},
        {"norms_before", flavour.layout == BlockLayout::PreNorm && flavour.finalNorm},
        {"embedding_norm", flavour.embeddingNorm}, {"pool", "token"},
        {"activation", flavour.activation == Activation::GeluErf ? "GELU none" : "another"}};
}

ImageProcessor processorOf(const json& images)
{
    const bool bicubic = images["interpolation"] == "bicubic";
    EXPECT_TRUE(bicubic || images["interpolation"] == "bilinear");
    const std::int64_t resize = images["resize"];
    return {.resize = ImageSize{resize, resize},
        .keepRatio = true,
        .interpolation = bicubic ? Interpolation::Bicubic : Interpolation::Bilinear,
        .crop = ImageSize{images["crop"][0], images["crop"][1]},
        .cropRounds = true,
        .mean = images["mean"],
        .deviation = images["std"]};
}

TEST(TimmModels, AreWhatTimmBuildsByTheirNames)
{
    for (const json& line : linesOfTimm()) {
        const Result<ModelConfig> config = readModelConfig(line["config"].dump(), "config.json");
        ASSERT_TRUE(config) << config.error().message;
        EXPECT_EQ(json::diff(factsOf(*config), line["model"]), json::array()) << line["config"];
    }
}

TEST(TimmModels, SeePicturesAsTimmPreparesThem)
{
    for (const json& line : linesOfTimm()) {
        const TemporaryFolder folder;
        folder.write("config.json", line["config"].dump());
        const Result<ModelConfig> config = readModelConfig(line["config"].dump(), "config.json");
        ASSERT_TRUE(config) << config.error().message;
        const Result<ImageProcessor> processor = readImageProcessor(folder.path(), config->shape);
        ASSERT_TRUE(processor) << processor.error().message;
        EXPECT_EQ(*processor, processorOf(line["images"])) << line["config"];
    }
}

/// The names in "found …, wanted one of …".
std::set<std::string> namesRefusedFor(const std::string& name)
{
    const Result<ModelConfig> config =
        readModelConfig(json{{"architecture", name}}.dump(), "config.json");
    EXPECT_FALSE(config);
    std::set<std::string> names;
    std::string list = config.error().message;
    const std::string before = "wanted one of ";
    EXPECT_NE(list.find(before), std::string::npos) << list;
    list = list.substr(list.find(before) + before.size()) + ", ";
    for (std::size_t at = 0; (at = list.find(", ")) != std::string::npos; list.erase(0, at + 2))
        names.insert(list.substr(0, at));
    return names;
}

TEST(TimmModels, AllNamesAreCompared)
{
    std::set<std::string> known;
    for (const char* begin : {"vit_", "deit_", "deit3_", "cait_"})
        known.merge(namesRefusedFor(begin));
    std::set<std::string> compared;
    for (const json& line : linesOfTimm())
        compared.insert(line["config"]["architecture"].get<std::string>());
    EXPECT_EQ(known, compared);
}

} // namespace
} // namespace espalier
