// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/catalog.h"
#include "core/architectures/gpt2.h"
#include "core/architectures/vit.h"
#include "tests/support/toy_model.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <map>

namespace espalier {
namespace {

std::vector<std::string> linesOf(const ModelConfig& config)
{
    std::vector<std::string> lines;
    for (const DiskTensor& tensor : diskTensorsOf(architectureOf(config), config))
        lines.push_back(fmt::format("{} {}", tensor.name, fmt::join(tensor.sizes, "x")));
    return lines;
}

TEST(DiskTensors, OfGpt2HaveHuggingFacesNamesAndTransposedMatrices)
{
    const std::vector<std::string> expected = {
        "transformer.wte.weight 17x12",
        "transformer.wpe.weight 9x12",
        "transformer.h.0.ln_1.weight 12",
        "transformer.h.0.ln_1.bias 12",
        "transformer.h.0.attn.c_attn.weight 12x36",
        "transformer.h.0.attn.c_attn.bias 36",
        "transformer.h.0.attn.c_proj.weight 12x12",
        "transformer.h.0.attn.c_proj.bias 12",
        "transformer.h.0.ln_2.weight 12",
        "transformer.h.0.ln_2.bias 12",
        "transformer.h.0.mlp.c_fc.weight 12x10",
        "transformer.h.0.mlp.c_fc.bias 10",
        "transformer.h.0.mlp.c_proj.weight 10x12",
        "transformer.h.0.mlp.c_proj.bias 12",
        "transformer.h.1.ln_1.weight 12",
        "transformer.h.1.ln_1.bias 12",
        "transformer.h.1.attn.c_attn.weight 12x36",
        "transformer.h.1.attn.c_attn.bias 36",
        "transformer.h.1.attn.c_proj.weight 12x12",
        "transformer.h.1.attn.c_proj.bias 12",
        "transformer.h.1.ln_2.weight 12",
        "transformer.h.1.ln_2.bias 12",
        "transformer.h.1.mlp.c_fc.weight 12x10",
        "transformer.h.1.mlp.c_fc.bias 10",
        "transformer.h.1.mlp.c_proj.weight 10x12",
        "transformer.h.1.mlp.c_proj.bias 12",
        "transformer.ln_f.weight 12",
        "transformer.ln_f.bias 12",
        "lm_head.weight 17x12",
    };
    EXPECT_EQ(linesOf(test::toyGpt2({}, false)), expected);
    std::vector<std::string> tied = expected;
    tied.pop_back();
    EXPECT_EQ(linesOf(test::toyGpt2()), tied);
}

TEST(DiskTensors, OfVitHaveSeparateQueryKeyAndValue)
{
    const std::vector<std::string> expected = {
        "vit.embeddings.patch_embeddings.projection.weight 12x2x4x2",
        "vit.embeddings.patch_embeddings.projection.bias 12",
        "vit.embeddings.cls_token 1x1x12",
        "vit.embeddings.position_embeddings 1x5x12",
        "vit.encoder.layer.0.layernorm_before.weight 12",
        "vit.encoder.layer.0.layernorm_before.bias 12",
        "vit.encoder.layer.0.attention.attention.query.weight 12x12",
        "vit.encoder.layer.0.attention.attention.query.bias 12",
        "vit.encoder.layer.0.attention.attention.key.weight 12x12",
        "vit.encoder.layer.0.attention.attention.key.bias 12",
        "vit.encoder.layer.0.attention.attention.value.weight 12x12",
        "vit.encoder.layer.0.attention.attention.value.bias 12",
        "vit.encoder.layer.0.attention.output.dense.weight 12x12",
        "vit.encoder.layer.0.attention.output.dense.bias 12",
        "vit.encoder.layer.0.layernorm_after.weight 12",
        "vit.encoder.layer.0.layernorm_after.bias 12",
        "vit.encoder.layer.0.intermediate.dense.weight 10x12",
        "vit.encoder.layer.0.intermediate.dense.bias 10",
        "vit.encoder.layer.0.output.dense.weight 12x10",
        "vit.encoder.layer.0.output.dense.bias 12",
        "vit.layernorm.weight 12",
        "vit.layernorm.bias 12",
        "classifier.weight 7x12",
        "classifier.bias 7",
    };
    EXPECT_EQ(linesOf(test::toyVit({.layers = 1})), expected);
}

TEST(DiskTensors, OfLlamaSplitWhatIsFused)
{
    const std::vector<std::string> expected = {
        "model.embed_tokens.weight 17x12",
        "model.layers.0.input_layernorm.weight 12",
        "model.layers.0.self_attn.q_proj.weight 12x12",
        "model.layers.0.self_attn.k_proj.weight 4x12",
        "model.layers.0.self_attn.v_proj.weight 4x12",
        "model.layers.0.self_attn.o_proj.weight 12x12",
        "model.layers.0.post_attention_layernorm.weight 12",
        "model.layers.0.mlp.gate_proj.weight 10x12",
        "model.layers.0.mlp.up_proj.weight 10x12",
        "model.layers.0.mlp.down_proj.weight 12x10",
        "model.norm.weight 12",
        "lm_head.weight 17x12",
    };
    EXPECT_EQ(linesOf(test::toyLlama({.layers = 1})), expected);
}

/// A family with everything that names can have.
constexpr std::array kNamedRows = {
    DiskRow{"words", Role::TokenEmbedding},
    DiskRow{"blocks.{l}.q", Role::QkvWeight},
    DiskRow{"late.{l}.q", Role::QkvWeight, Layout::Plain, -1, kEveryTask, Stage::ClassAttention},
    DiskRow{"pooler.weight", Role::HeadDenseWeight, Layout::Plain, -1, only(Task::TextEncoder)},
    DiskRow{"transform.weight", Role::HeadDenseWeight, Layout::Plain, -1,
        only(Task::MaskedLanguageModel)},
};
constexpr std::array<std::string_view, 1> kBare = {"transform.weight"};
constexpr std::array<std::string_view, 1> kOthers = {"old."};
constexpr std::array kAliases = {NameAlias{".gamma", ".weight"}};
constexpr Architecture kNamed = {.id = "named",
    .title = "Named",
    .paper = "none",
    .modelType = "named",
    .rows = kNamedRows,
    .prefix = "base.",
    .unprefixed = kBare,
    .ignored = {},
    .rules = {},
    .readConfig = nullptr,
    .writeConfig = nullptr,
    .otherPrefixes = kOthers,
    .aliases = kAliases};

std::vector<std::string> namesOf(const ModelConfig& config)
{
    std::vector<std::string> names;
    for (const DiskTensor& tensor : diskTensorsOf(kNamed, config))
        names.push_back(tensor.name);
    return names;
}

TEST(DiskTensors, FollowTheTaskAndTheStage)
{
    ModelConfig config = test::toyGpt2({.layers = 2});
    config.shape.classLayers = 1;
    config.flavour.headDense = true;
    config.flavour.task = Task::MaskedLanguageModel;
    EXPECT_EQ(namesOf(config),
        (std::vector<std::string>{"base.words", "base.blocks.0.q", "base.blocks.1.q",
            "base.late.0.q", "transform.weight"}));
    config.flavour.task = Task::TextEncoder; // without a head, names go without a prefix
    EXPECT_EQ(namesOf(config),
        (std::vector<std::string>{
            "words", "blocks.0.q", "blocks.1.q", "late.0.q", "pooler.weight"}));
}

TEST(DiskTensors, NamesAreReadInEverySpelling)
{
    EXPECT_EQ(tableName(kNamed, "base.pooler.gamma"), "pooler.weight");
    EXPECT_EQ(tableName(kNamed, "old.pooler.weight"), "pooler.weight");
    EXPECT_EQ(tableName(kNamed, "pooler.weight"), "pooler.weight");
    EXPECT_EQ(tableName(kNamed, "other.pooler.weight"), "other.pooler.weight");
}

TEST(DiskTensors, OfOtherTasksAreIgnored)
{
    EXPECT_TRUE(isIgnoredTensor(kNamed, Task::MaskedLanguageModel, "base.pooler.gamma"));
    EXPECT_FALSE(isIgnoredTensor(kNamed, Task::TextEncoder, "base.pooler.gamma"));
    EXPECT_FALSE(isIgnoredTensor(kNamed, Task::TextEncoder, "base.words"));
}

TEST(DiskTensors, CoverEveryParameterOnce)
{
    for (const auto& [name, config] : test::toyFamilies()) {
        SCOPED_TRACE(name);
        std::map<ParameterId, std::int64_t> found;
        for (const DiskTensor& tensor : diskTensorsOf(architectureOf(config), config)) {
            std::int64_t elements = 1;
            for (const std::int64_t size : tensor.sizes)
                elements *= size;
            found[tensor.parameter] += elements;
        }
        const std::vector<ParameterSpec> specs = parametersOf(config);
        EXPECT_EQ(found.size(), specs.size());
        for (const ParameterSpec& spec : specs)
            EXPECT_EQ(found[spec.id], elementsOf(spec, config.shape)) << nameOf(spec.id);
    }
}

TEST(DiskTensors, CausalMasksOfOldFilesAreIgnored)
{
    EXPECT_TRUE(isIgnoredTensor(gpt2(), Task::CausalLanguageModel, "h.0.attn.bias"));
    EXPECT_TRUE(
        isIgnoredTensor(gpt2(), Task::CausalLanguageModel, "transformer.h.11.attn.masked_bias"));
    EXPECT_TRUE(isIgnoredTensor(gpt2(), Task::CausalLanguageModel, "lm_head.weight"));
    EXPECT_TRUE(isIgnoredTensor(vit(), Task::ImageClassification, "vit.pooler.dense.bias"));
    EXPECT_FALSE(isIgnoredTensor(gpt2(), Task::CausalLanguageModel, "h.0.attn.c_attn.bias"));
    EXPECT_FALSE(isIgnoredTensor(gpt2(), Task::CausalLanguageModel, "h..attn.bias"));
    EXPECT_FALSE(isIgnoredTensor(gpt2(), Task::CausalLanguageModel, "h.x.attn.bias"));
    EXPECT_FALSE(isIgnoredTensor(gpt2(), Task::CausalLanguageModel, "h.attn.bias"));
}

} // namespace
} // namespace espalier
