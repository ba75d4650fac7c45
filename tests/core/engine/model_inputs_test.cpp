// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_inputs.h"

#include "core/architectures/catalog.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

Model modelIn(const TemporaryFolder& place, const ModelConfig& config)
{
    place.write("m/config.json", writeModelConfig(config));
    return Model::open(place.path() / "m").value();
}

TEST(InputsOf, NamesTheTokenizerOfTheFolder)
{
    const TemporaryFolder place;
    const Model model = modelIn(place, test::toyBert());
    EXPECT_FALSE(inputsOf(model).tokenizer);
    EXPECT_TRUE(inputsOf(model).problem.empty());
    place.write("m/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n");
    const InputSummary inputs = inputsOf(model);
    ASSERT_TRUE(inputs.tokenizer) << inputs.problem;
    EXPECT_EQ(inputs.tokenizer->kind, "WordPiece");
    EXPECT_EQ(inputs.tokenizer->file, "vocab.txt");
    EXPECT_EQ(inputs.tokenizer->tokens, 7);
}

TEST(InputsOf, ABrokenTokenizerIsALineAndNoError)
{
    const TemporaryFolder place;
    const Model model = modelIn(place, test::toyBert());
    place.write("m/tokenizer.json", "{");
    EXPECT_FALSE(inputsOf(model).tokenizer);
    EXPECT_NE(inputsOf(model).problem.find("tokenizer.json"), std::string::npos);
}

TEST(InputsOf, TellsWhatHappensToAPicture)
{
    const TemporaryFolder place;
    const InputSummary inputs = inputsOf(modelIn(place, test::toyVit()));
    EXPECT_NE(inputs.processor.find("Resized to 8 × 4, bilinear"), std::string::npos)
        << inputs.processor << inputs.problem;
}

} // namespace
} // namespace espalier
