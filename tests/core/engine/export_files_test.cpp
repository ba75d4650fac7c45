// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace espalier {
namespace {

Model toyModel(const ModelConfig& config, const std::filesystem::path& path = {})
{
    return modelInMemory(test::toyParameters(config), Dtype::F32, path);
}

/// A GPT-2 layout of one block.
ModelConfig smallGpt2()
{
    return test::toyGpt2({.layers = 1});
}

ModelConfig byteModel()
{
    ModelConfig config = smallGpt2();
    config.shape.vocab = 256;
    return config;
}

nlohmann::json jsonIn(const std::filesystem::path& file)
{
    return nlohmann::json::parse(TemporaryFolder::read(file));
}

TEST(ExportFiles, ByteModelsGetATokenizerWithTheBytesAsNumbers)
{
    const TemporaryFolder place;
    ASSERT_TRUE(exportModel(toyModel(byteModel()), nullptr, place.path() / "out", {}));
    const nlohmann::json json = jsonIn(place.path() / "out" / "tokenizer.json");
    const nlohmann::json& vocabulary = json["model"]["vocab"];
    EXPECT_EQ(vocabulary.size(), 256u);
    EXPECT_EQ(vocabulary["Ā"], 0);
    EXPECT_EQ(vocabulary["Ċ"], 10);
    EXPECT_EQ(vocabulary["Ġ"], 32);
    EXPECT_EQ(vocabulary["!"], 33);
    EXPECT_EQ(vocabulary["a"], 97);
    EXPECT_EQ(vocabulary["~"], 126);
    EXPECT_EQ(vocabulary["ġ"], 127);
    EXPECT_EQ(vocabulary["ł"], 160);
    EXPECT_EQ(vocabulary["¡"], 161);
    EXPECT_EQ(vocabulary["Ń"], 173);
    EXPECT_EQ(vocabulary["ÿ"], 255);
    EXPECT_TRUE(json["model"]["merges"].empty());
    EXPECT_EQ(jsonIn(place.path() / "out" / "tokenizer_config.json")["model_max_length"], 9);
}

TEST(ExportFiles, CarriesTheParentsTokenizerInsteadOfMakingOne)
{
    const TemporaryFolder place;
    place.write("parent/tokenizer.json", "{\"theirs\": 1}");
    place.write("parent/merges.txt", "a b\n");
    place.write("parent/generation_config.json", "{}");
    place.write("parent/notes.txt", "not for everybody");
    const Recipe recipe{.parentPath = (place.path() / "parent").string(),
        .parentHash = std::string(64, 'a'),
        .shape = byteModel().shape,
        .method = "subcloning"};
    ASSERT_TRUE(exportModel(toyModel(byteModel()), &recipe, place.path() / "out", {}));
    EXPECT_EQ(TemporaryFolder::read(place.path() / "out" / "tokenizer.json"), "{\"theirs\": 1}");
    EXPECT_EQ(TemporaryFolder::read(place.path() / "out" / "merges.txt"), "a b\n");
    EXPECT_TRUE(std::filesystem::exists(place.path() / "out" / "generation_config.json"));
    EXPECT_FALSE(std::filesystem::exists(place.path() / "out" / "tokenizer_config.json"));
    EXPECT_FALSE(std::filesystem::exists(place.path() / "out" / "notes.txt"));
}

/// Writes the toy as a parent beside its processor files, and exports a destination with this size.
std::filesystem::path exportAsking(
    const TemporaryFolder& place, const ModelConfig& config, Size size, std::int64_t value)
{
    EXPECT_TRUE(exportModel(toyModel(config), nullptr, place.path() / "made", {}));
    std::filesystem::create_directories(place.path() / "parent");
    for (const auto& file : std::filesystem::directory_iterator(place.path() / "made"))
        if (!std::filesystem::exists(place.path() / "parent" / file.path().filename()))
            std::filesystem::copy(file, place.path() / "parent" / file.path().filename());
    const auto parent = Model::open(place.path() / "parent");
    EXPECT_TRUE(parent) << parent.error().message;
    Recipe recipe;
    recipe.parentPath = (place.path() / "parent").string();
    recipe.method = "net2net";
    recipe.shape = askedSizes(config.shape, config.shape);
    set(recipe.shape, size, value);
    const auto planned = planRecipeOf(*parent, recipe, std::nullopt, {});
    EXPECT_TRUE(planned) << planned.error().message;
    const auto report = exportScaled(*parent, planned->plan, recipe, place.path() / "out", {}, {});
    EXPECT_TRUE(report) << report.error().message;
    return place.path() / "out";
}

TEST(ExportFiles, ProcessorsGiveImagesOfTheSizeThatWasAskedFor)
{
    const TemporaryFolder place;
    place.write("parent/preprocessor_config.json",
        R"({"size": {"shortest_edge": 10}, "do_center_crop": true, "do_normalize": false,
            "crop_size": {"height": 8, "width": 4}})");
    const auto out = exportAsking(place, test::toyVit(), Size::Image, 12);
    const nlohmann::json processor = jsonIn(out / "preprocessor_config.json");
    EXPECT_EQ(processor["crop_size"], nlohmann::json({{"height", 12}, {"width", 6}}));
    EXPECT_EQ(processor["size"]["shortest_edge"], 15);
    EXPECT_EQ(jsonIn(out / "config.json")["image_size"], nlohmann::json({12, 6}));
}

TEST(ExportFiles, TheTokenizersLongestInputIsTheModels)
{
    for (const auto& [length, positions, wanted] :
        {std::tuple(9, 20, 20), {9, 5, 5}, {4, 20, 4}, {1'000'000, 20, 20}}) {
        const TemporaryFolder place;
        place.write(
            "parent/tokenizer_config.json", fmt::format(R"({{"model_max_length": {}}})", length));
        const auto out = exportAsking(place, smallGpt2(), Size::Positions, positions);
        EXPECT_EQ(jsonIn(out / "tokenizer_config.json")["model_max_length"], wanted);
    }
}

TEST(ExportFiles, NamesOfClassesStayIfTheirNumberDoes)
{
    const TemporaryFolder place;
    ModelConfig config = test::toyVit({.layers = 1});
    config.shape.classes = 2;
    config.sourceJson =
        R"({"id2label": {"0": "cat", "1": "dog"}, "label2id": {"cat": 0, "dog": 1}})";
    const auto same = exportAsking(place, config, Size::Image, 12);
    EXPECT_EQ(jsonIn(same / "config.json")["id2label"]["1"], "dog");
    const TemporaryFolder other;
    const auto three = exportAsking(other, config, Size::Classes, 3);
    EXPECT_EQ(jsonIn(three / "config.json")["id2label"],
        nlohmann::json({{"0", "LABEL_0"}, {"1", "LABEL_1"}, {"2", "LABEL_2"}}));
}

TEST(ExportFiles, ALinkOutOfTheParentsFolderIsNotFollowed)
{
    const TemporaryFolder place;
    place.write("secret", "s");
    place.write("parent/config.json", "{}");
    std::filesystem::create_symlink("../secret", place.path() / "parent" / "vocab.json");
    const auto report = exportModel(
        toyModel(smallGpt2(), place.path() / "parent"), nullptr, place.path() / "out", {});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::Refused);
    EXPECT_FALSE(std::filesystem::exists(place.path() / "out"));
}

} // namespace
} // namespace espalier
