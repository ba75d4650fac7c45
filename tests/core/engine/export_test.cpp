// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/storage/hdf5_file.h"
#include "core/storage/safetensors_file.h"
#include "core/storage/safetensors_writer.h"
#include "core/tensors/tensor_bytes.h"
#include "tests/support/engine/toy_parameters.h"
#include "tests/support/engine/toy_plans.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

namespace espalier {
namespace {

using Names = std::vector<std::string>;

Model toyModel(
    const ModelConfig& config, Dtype dtype = Dtype::F32, const std::filesystem::path& path = {})
{
    return modelInMemory(test::toyParameters(config), dtype, path);
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

Names tensorLines(const std::filesystem::path& file)
{
    const auto opened = SafetensorsFile::open(file);
    if (!opened)
        return {opened.error().message};
    Names lines;
    for (const TensorEntry& tensor : opened->header().tensors())
        lines.push_back(
            fmt::format("{} {} {}", tensor.name, tensor.dtypeText, fmt::join(tensor.shape, "x")));
    std::sort(lines.begin(), lines.end());
    return lines;
}

nlohmann::json jsonIn(const std::filesystem::path& file)
{
    return nlohmann::json::parse(TemporaryFolder::read(file));
}

Recipe recipeFor(const ModelConfig& config, const std::filesystem::path& parent)
{
    return {.parentPath = parent.string(),
        .parentHash = std::string(64, 'a'),
        .shape = config.shape,
        .method = "subcloning"};
}

TEST(Export, WritesGpt2AsHuggingFaceNamesIt)
{
    const TemporaryFolder place;
    const auto report = exportModel(toyModel(smallGpt2()), nullptr, place.path() / "out", {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(
        place.names(), (Names{"out", "out/README.md", "out/config.json", "out/model.safetensors"}));
    EXPECT_EQ(tensorLines(place.path() / "out" / "model.safetensors"),
        (Names{"transformer.h.0.attn.c_attn.bias F32 36",
            "transformer.h.0.attn.c_attn.weight F32 12x36",
            "transformer.h.0.attn.c_proj.bias F32 12",
            "transformer.h.0.attn.c_proj.weight F32 12x12", "transformer.h.0.ln_1.bias F32 12",
            "transformer.h.0.ln_1.weight F32 12", "transformer.h.0.ln_2.bias F32 12",
            "transformer.h.0.ln_2.weight F32 12", "transformer.h.0.mlp.c_fc.bias F32 10",
            "transformer.h.0.mlp.c_fc.weight F32 12x10", "transformer.h.0.mlp.c_proj.bias F32 12",
            "transformer.h.0.mlp.c_proj.weight F32 10x12", "transformer.ln_f.bias F32 12",
            "transformer.ln_f.weight F32 12", "transformer.wpe.weight F32 9x12",
            "transformer.wte.weight F32 17x12"}));
    const auto file = SafetensorsFile::open(place.path() / "out" / "model.safetensors");
    EXPECT_EQ(file->header().metadata().at("format"), "pt");
    EXPECT_EQ(report->tensors, 16);
    EXPECT_EQ(report->folder, place.path() / "out");
}

TEST(Export, WritesVitAsHuggingFaceNamesItWithItsImageProcessor)
{
    const TemporaryFolder place;
    ASSERT_TRUE(
        exportModel(toyModel(test::toyVit({.layers = 1})), nullptr, place.path() / "out", {}));
    EXPECT_EQ(place.names(),
        (Names{"out", "out/README.md", "out/config.json", "out/model.safetensors",
            "out/preprocessor_config.json"}));
    EXPECT_EQ(tensorLines(place.path() / "out" / "model.safetensors"),
        (Names{"classifier.bias F32 7", "classifier.weight F32 7x12",
            "vit.embeddings.cls_token F32 1x1x12",
            "vit.embeddings.patch_embeddings.projection.bias F32 12",
            "vit.embeddings.patch_embeddings.projection.weight F32 12x2x4x2",
            "vit.embeddings.position_embeddings F32 1x5x12",
            "vit.encoder.layer.0.attention.attention.key.bias F32 12",
            "vit.encoder.layer.0.attention.attention.key.weight F32 12x12",
            "vit.encoder.layer.0.attention.attention.query.bias F32 12",
            "vit.encoder.layer.0.attention.attention.query.weight F32 12x12",
            "vit.encoder.layer.0.attention.attention.value.bias F32 12",
            "vit.encoder.layer.0.attention.attention.value.weight F32 12x12",
            "vit.encoder.layer.0.attention.output.dense.bias F32 12",
            "vit.encoder.layer.0.attention.output.dense.weight F32 12x12",
            "vit.encoder.layer.0.intermediate.dense.bias F32 10",
            "vit.encoder.layer.0.intermediate.dense.weight F32 10x12",
            "vit.encoder.layer.0.layernorm_after.bias F32 12",
            "vit.encoder.layer.0.layernorm_after.weight F32 12",
            "vit.encoder.layer.0.layernorm_before.bias F32 12",
            "vit.encoder.layer.0.layernorm_before.weight F32 12",
            "vit.encoder.layer.0.output.dense.bias F32 12",
            "vit.encoder.layer.0.output.dense.weight F32 12x10", "vit.layernorm.bias F32 12",
            "vit.layernorm.weight F32 12"}));
    const nlohmann::json processor = jsonIn(place.path() / "out" / "preprocessor_config.json");
    EXPECT_EQ(processor["image_processor_type"], "ViTImageProcessor");
    EXPECT_EQ(processor["size"], (nlohmann::json{{"height", 8}, {"width", 4}}));
    EXPECT_EQ(processor["image_mean"], (nlohmann::json{0.5, 0.5}));
    EXPECT_EQ(processor["image_std"], (nlohmann::json{0.5, 0.5}));
    EXPECT_EQ(processor["rescale_factor"].get<double>(), 1.0 / 255);
    EXPECT_EQ(processor["resample"], 2);
}

ModelConfig bertWithoutPooler()
{
    ModelConfig config = test::toyBert(Task::TextEncoder);
    config.flavour.headDense = false;
    return config;
}

TEST(Export, OpensAgainWithTheSameBits)
{
    for (const ModelConfig& config : {test::toyGpt2(), test::toyGpt2({}, false), test::toyVit(),
             test::toyHeadless(test::toyVit()), test::toyHeadless(test::toyCait()),
             bertWithoutPooler()}) {
        const TemporaryFolder place;
        const Model model = toyModel(config);
        ASSERT_TRUE(exportModel(model, nullptr, place.path() / "out", {}));
        const auto opened = Model::open(place.path() / "out");
        ASSERT_TRUE(opened) << opened.error().message;
        EXPECT_EQ(opened->config().shape, config.shape);
        EXPECT_EQ(opened->config().flavour, config.flavour);
        EXPECT_EQ(opened->weightsHash().value(), model.weightsHash().value());
    }
}

TEST(Export, AHalfPrecisionParentStaysHalfPrecision)
{
    const TemporaryFolder place;
    const ModelConfig config = smallGpt2();
    ASSERT_TRUE(
        exportModel(toyModel(config), nullptr, place.path() / "parent", {.dtype = Dtype::F16}));
    const auto parent = Model::open(place.path() / "parent");
    ASSERT_TRUE(parent);
    const auto report = exportModel(*parent, nullptr, place.path() / "out", {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(TemporaryFolder::read(place.path() / "out" / "model.safetensors"),
        TemporaryFolder::read(place.path() / "parent" / "model.safetensors"));
    EXPECT_EQ(jsonIn(place.path() / "out" / "config.json")["torch_dtype"], "float16");
    ASSERT_TRUE(exportModel(*parent, nullptr, place.path() / "wide", {.dtype = Dtype::F32}));
    EXPECT_EQ(jsonIn(place.path() / "wide" / "config.json")["torch_dtype"], "float32");
    EXPECT_EQ(
        Model::open(place.path() / "wide")->weightsHash().value(), parent->weightsHash().value());
}

TEST(Export, RefusesATypeThatTurnsWeightsIntoInfinities)
{
    const TemporaryFolder place;
    ParameterSet parameters = test::toyParameters(smallGpt2());
    parameters.at(Role::QkvBias, 0).fill_(70000.0);
    const auto report = exportModel(
        modelInMemory(parameters), nullptr, place.path() / "out", {.dtype = Dtype::F16});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::Refused);
    EXPECT_EQ(report.error().message,
        "transformer.h.0.attn.c_attn.bias: holds values that F16 cannot, wanted them stored as "
        "F32");
    EXPECT_TRUE(place.names().empty());
}

TEST(Export, RefusesElementTypesThatHoldNoWeights)
{
    const TemporaryFolder place;
    const auto report =
        exportModel(toyModel(smallGpt2()), nullptr, place.path() / "out", {.dtype = Dtype::I8});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().message, "export: found element type I8, wanted F32, F16 or BF16");
}

TEST(Export, LeavesAnOccupiedFolderAlone)
{
    const TemporaryFolder place;
    place.write("out/mine.txt", "mine");
    const auto report = exportModel(toyModel(smallGpt2()), nullptr, place.path() / "out", {});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::Refused);
    EXPECT_EQ(report.error().message,
        place.path().string() + "/out: already holds something, wanted a new or empty folder");
    EXPECT_EQ(place.names(), (Names{"out", "out/mine.txt"}));
    EXPECT_EQ(TemporaryFolder::read(place.path() / "out" / "mine.txt"), "mine");
}

TEST(Export, AFullDiskLeavesNothing)
{
    for (const ExportFormat format : {ExportFormat::HuggingFace, ExportFormat::Hdf5}) {
        const TemporaryFolder place;
        const Model model = toyModel(test::toyGpt2());
        const auto report = [&] {
            const FileSizeLimit limit(8192); // config.json fits, weights do not
            return exportModel(model, nullptr, place.path() / "deep" / "out",
                {.format = format, .dtype = std::nullopt});
        }();
        ASSERT_FALSE(report);
        EXPECT_EQ(report.error().code, ErrorCode::Resource) << report.error().message;
        EXPECT_TRUE(place.names().empty());
    }
}

TEST(Export, AStopLeavesNothing)
{
    for (const ExportFormat format : {ExportFormat::HuggingFace, ExportFormat::Hdf5}) {
        const TemporaryFolder place;
        std::stop_source source;
        Progress progress;
        progress.stop = source.get_token();
        progress.report = [&](double fraction, std::string_view) {
            if (fraction > 0.7)
                source.request_stop();
        };
        const auto report = exportModel(toyModel(test::toyGpt2()), nullptr, place.path() / "out",
            {.format = format, .dtype = std::nullopt}, progress);
        ASSERT_FALSE(report);
        EXPECT_EQ(report.error().code, ErrorCode::Cancelled);
        EXPECT_TRUE(place.names().empty());
    }
}

TEST(Export, WithoutWeightsLeavesConfigRecipeAndCard)
{
    const TemporaryFolder place;
    const ModelConfig config = byteModel();
    const Recipe recipe = recipeFor(config, place.path() / "parent");
    const auto report = exportModel(
        toyModel(config), &recipe, place.path() / "out", {.dtype = std::nullopt, .weights = false});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->tensors, 0);
    EXPECT_EQ(place.names(), (Names{"out", "out/README.md", "out/config.json", "out/recipe.json"}));
    EXPECT_TRUE(Model::open(place.path() / "out")->hasFreshWeights());
    EXPECT_NE(TemporaryFolder::read(place.path() / "out" / "README.md").find("holds no weights"),
        std::string::npos);
}

TEST(Export, TheRecipeAndTheCardSayWhereWeightsComeFrom)
{
    const TemporaryFolder place;
    Recipe recipe = recipeFor(smallGpt2(), place.path() / "garden/");
    recipe.seed = {42};
    ASSERT_TRUE(exportModel(toyModel(smallGpt2()), &recipe, place.path() / "out", {}));
    const auto read =
        readRecipe(TemporaryFolder::read(place.path() / "out" / "recipe.json"), "recipe.json");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->parentHash, recipe.parentHash);
    EXPECT_EQ(read->seed, recipe.seed);
    const std::string card = TemporaryFolder::read(place.path() / "out" / "README.md");
    EXPECT_TRUE(card.starts_with("---\nlibrary_name: transformers\npipeline_tag: text-generation\n"
                                 "tags:\n- espalier\n- gpt2\n- subcloning\n---\n\n# out\n"));
    for (const char* line : {"| Parent | garden |\n", "| Parent's weights, sha256 | aaaaaa",
             "| Seed | 42 |\n", "| hidden | 12 |\n", "AutoModelForCausalLM.from_pretrained(\".\")"})
        EXPECT_NE(card.find(line), std::string::npos) << line;
}

TEST(Export, TheCardOfAnEncoderWithoutPoolerSaysHowToLoadIt)
{
    const TemporaryFolder place;
    ASSERT_TRUE(exportModel(toyModel(bertWithoutPooler()), nullptr, place.path() / "out", {}));
    EXPECT_NE(TemporaryFolder::read(place.path() / "out" / "README.md")
                  .find("AutoModel.from_pretrained(\".\", add_pooling_layer=False)"),
        std::string::npos);
    for (const Task task : {Task::TextEncoder, Task::MaskedLanguageModel}) { // these have theirs
        const std::filesystem::path out = place.path() / std::to_string(static_cast<int>(task));
        ASSERT_TRUE(exportModel(toyModel(test::toyBert(task)), nullptr, out, {}));
        EXPECT_EQ(TemporaryFolder::read(out / "README.md").find("pooling"), std::string::npos);
    }
}

TEST(Export, AnHdf5FileHoldsTheTensorsUnderTheirNames)
{
    const TemporaryFolder place;
    const Model model = toyModel(smallGpt2());
    const auto report = exportModel(model, nullptr, place.path() / "out",
        {.format = ExportFormat::Hdf5, .dtype = std::nullopt});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(place.names(), (Names{"out", "out/README.md", "out/config.json", "out/model.h5"}));
    const auto file = Hdf5File::open(place.path() / "out" / "model.h5");
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->names("/tensors")->size(), 16u);
    const auto up = file->readArray("/tensors/transformer.h.0.mlp.c_fc.weight");
    ASSERT_TRUE(up) << up.error().message;
    EXPECT_EQ(up->sizes, (std::vector<std::int64_t>{12, 10}));
    const ParameterValues values = model.values({Role::MlpUpWeight, 0}).value();
    EXPECT_EQ(
        up->values[1], static_cast<double>(values.values[12])); // [in 0, out 1] is [out 1, in 0]
    for (const char* path : {"out", "out/model.h5"}) {
        const auto opened = Model::open(place.path() / path);
        ASSERT_TRUE(opened) << opened.error().message;
        EXPECT_EQ(opened->config().shape, model.config().shape);
        EXPECT_EQ(opened->weightsHash().value(), model.weightsHash().value());
    }
}

TEST(Export, WeightsAboveTheChosenSizeAreShardedAndIndexed)
{
    const TemporaryFolder place;
    const Model model = toyModel(test::toyGpt2());
    const auto report = exportModel(
        model, nullptr, place.path() / "out", {.dtype = std::nullopt, .maxShardBytes = 3000});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_FALSE(std::filesystem::exists(place.path() / "out/model.safetensors"));
    const nlohmann::json index = jsonIn(place.path() / "out/model.safetensors.index.json");
    EXPECT_EQ(index["weight_map"].size(), 28u);
    std::int64_t bytes = 0;
    std::set<std::string> shards;
    for (const auto& [tensor, shard] : index["weight_map"].items())
        shards.insert(shard.get<std::string>());
    EXPECT_GT(shards.size(), 3u);
    for (const std::string& name : shards) {
        const auto shard = SafetensorsFile::open(place.path() / "out" / name);
        ASSERT_TRUE(shard) << shard.error().message;
        std::int64_t inShard = 0;
        for (const TensorEntry& tensor : shard->header().tensors())
            inShard += tensor.sizeBytes();
        EXPECT_LE(inShard, 3000);
        bytes += inShard;
    }
    EXPECT_EQ(index["metadata"]["total_size"], bytes);
    EXPECT_EQ(*shards.begin(), fmt::format("model-00001-of-{:05}.safetensors", shards.size()));
    EXPECT_EQ(
        Model::open(place.path() / "out")->weightsHash().value(), model.weightsHash().value());
}

TEST(Export, ScalingOnTheWayOutGivesTheSameFilesAsScalingInMemory)
{
    const TemporaryFolder place;
    ASSERT_TRUE(exportModel(
        toyModel(test::toyGpt2()), nullptr, place.path() / "parent", {.dtype = Dtype::BF16}));
    place.write("parent/tokenizer.json", "{}");
    const Model parent = Model::open(place.path() / "parent").value();
    const TransferPlan plan = test::permutationPlan(parent.config(), {3});
    const Recipe recipe = recipeFor(parent.config(), place.path() / "parent");
    const auto direct = exportScaled(parent, plan, recipe, place.path() / "direct", {});
    ASSERT_TRUE(direct) << direct.error().message;
    EXPECT_GT(parent.impl().bytesToLoad(), 0) << "the parent stays in its files";
    const Model child = scaleModel(parent, plan).value();
    ASSERT_TRUE(exportModel(child, &recipe, place.path() / "memory", {}));
    for (const char* file : {"model.safetensors", "config.json", "recipe.json", "tokenizer.json"})
        EXPECT_EQ(TemporaryFolder::read(place.path() / "direct" / file),
            TemporaryFolder::read(place.path() / "memory" / file))
            << file;
}

TEST(Export, TheCardSaysWhetherWeightsWereTrained)
{
    const TemporaryFolder place;
    const Recipe recipe = recipeFor(smallGpt2(), place.path() / "garden");
    ASSERT_TRUE(exportModel(toyModel(smallGpt2()), &recipe, place.path() / "out", {}));
    EXPECT_NE(TemporaryFolder::read(place.path() / "out/README.md").find("were not trained"),
        std::string::npos);
}

TEST(Export, AParentThatBecomesShorterIsAnErrorNotACrash)
{
    const TemporaryFolder place;
    ASSERT_TRUE(exportModel(toyModel(test::toyGpt2()), nullptr, place.path() / "parent", {}));
    const Model parent = Model::open(place.path() / "parent").value();
    std::filesystem::resize_file(place.path() / "parent/model.safetensors", 3000);
    const auto report = exportModel(parent, nullptr, place.path() / "out", {});
    ASSERT_FALSE(report);
    EXPECT_NE(
        report.error().message.find("has become shorter since it was opened"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(place.path() / "out"));
}

} // namespace
} // namespace espalier
