// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/catalog.h"
#include "core/architectures/gpt2.h"
#include "core/architectures/vit.h"
#include "tests/support/toy_model.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

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

TEST(DiskTensors, CoverEveryParameterOnce)
{
    for (const ModelConfig& config : {test::toyGpt2(), test::toyGpt2({}, false), test::toyVit()}) {
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
    EXPECT_TRUE(isIgnoredTensor(gpt2(), "h.0.attn.bias"));
    EXPECT_TRUE(isIgnoredTensor(gpt2(), "transformer.h.11.attn.masked_bias"));
    EXPECT_TRUE(isIgnoredTensor(gpt2(), "lm_head.weight"));
    EXPECT_TRUE(isIgnoredTensor(vit(), "vit.pooler.dense.bias"));
    EXPECT_FALSE(isIgnoredTensor(gpt2(), "h.0.attn.c_attn.bias"));
    EXPECT_FALSE(isIgnoredTensor(gpt2(), "h..attn.bias"));
    EXPECT_FALSE(isIgnoredTensor(gpt2(), "h.x.attn.bias"));
    EXPECT_FALSE(isIgnoredTensor(gpt2(), "h.attn.bias"));
}

} // namespace
} // namespace espalier
