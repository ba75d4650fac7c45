// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/resource_path.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/tensors/fresh_parameters.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(Evaluate, FindsTheSameWithOneBlockInMemory)
{
    for (const auto& [name, data] :
        {std::pair("garden", "demo:garden"), std::pair("glyphs", "demo:glyphs")}) {
        const Result<Model> model = Model::open(resourceFolder() / "models" / name);
        ASSERT_TRUE(model);
        DataSpec spec;
        spec.source = data;
        const Result<Evaluation> whole = evaluate(*model, spec, 5);
        const Result<Evaluation> byBlock = evaluate(*model, spec, 5, {}, WeightsHeld::OneBlock);
        ASSERT_TRUE(whole && byBlock) << byBlock.error().message;
        EXPECT_EQ(byBlock->loss, whole->loss);
        EXPECT_EQ(byBlock->accuracy, whole->accuracy);
        EXPECT_EQ(byBlock->tokens, whole->tokens);
    }
}

TEST(Evaluate, RefusesToReadBlocksOfAModelWithoutFiles)
{
    const Result<Model> garden = Model::open(resourceFolder() / "models" / "garden");
    ASSERT_TRUE(garden);
    DataSpec spec;
    spec.source = "demo:garden";
    const Result<Evaluation> found = evaluate(
        modelInMemory(freshParameters(garden->config(), {})), spec, 1, {}, WeightsHeld::OneBlock);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().message,
        "evaluating block by block: the weights lie in no safetensors or PyTorch file to read them "
        "from again and again");
}

} // namespace
} // namespace espalier
