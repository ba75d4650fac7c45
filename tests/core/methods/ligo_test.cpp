// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/catalog.h"
#include "core/plan/operators.h"
#include "tests/support/toy_config.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace espalier {
namespace {

using Indices = std::vector<std::int64_t>;

Result<TransferPlan> plan(const ModelConfig& parent, const ModelShape& shape, Options options = {})
{
    return makePlan(*findMethod("ligo"),
        {.parent = parent, .childShape = shape, .options = std::move(options), .seed = {5}});
}

Options option(const char* key, const char* value)
{
    return {{key, std::string(value)}};
}

/// Twice the toy's blocks, one more head (so two more channels), one more MLP unit.
ModelShape larger()
{
    return test::toyShape(8, 6, 3, 4);
}

double sumOf(const Matrix& matrix, std::int64_t row)
{
    const auto begin = matrix.values.begin() + row * matrix.cols;
    return std::accumulate(begin, begin + matrix.cols, 0.0);
}

std::vector<double> weights(const TransferPlan& plan, std::size_t block, Role role)
{
    std::vector<double> all;
    for (const SourceTerm& term : plan.blocks.at(block).termsByRole.at(role))
        all.push_back(term.weight);
    return all;
}

TEST(Ligo, KeepsOldNeuronsAndMixesNewOnesFromAll)
{
    const auto grown = plan(test::toyConfig(), larger());
    ASSERT_TRUE(grown) << grown.error().message;
    const AxisMap& residual = grown->globalMaps.at(AxisLabel::Residual);
    EXPECT_EQ(residual.child_from_parent, (Indices{0, 1, 2, 3, kNothing, kNothing}));
    EXPECT_TRUE(residual.read.values.empty()) << "readers use the writers' matrix";
    for (std::int64_t row = 0; row < 4; ++row)
        for (std::int64_t col = 0; col < 4; ++col)
            EXPECT_EQ(residual.write.at(row, col), row == col ? 1 : 0);
    for (const std::int64_t row : {4, 5})
        EXPECT_NEAR(sumOf(residual.write, row), 1, 1e-12);
    const auto& maps = grown->blocks.at(3).maps;
    EXPECT_EQ(maps.at(AxisLabel::Context), maps.at(AxisLabel::Value));
    EXPECT_NE(maps.at(AxisLabel::Query), maps.at(AxisLabel::Key));
    EXPECT_NE(maps.at(AxisLabel::Mlp), grown->blocks.at(2).maps.at(AxisLabel::Mlp));
}

TEST(Ligo, StacksBlocksWithALittleOfAllOthers)
{
    const auto grown = plan(test::toyConfig(), larger());
    ASSERT_TRUE(grown);
    const std::vector<double> row = weights(*grown, 5, Role::MlpUpWeight);
    ASSERT_EQ(row.size(), 4U);
    EXPECT_NEAR(std::accumulate(row.begin(), row.end(), 0.0), 1, 1e-12);
    EXPECT_GT(row[1], 0.9) << "block 5 is mostly the parent's block 1";
    EXPECT_GT(row[0], 0);
    EXPECT_LT(row[0], 0.03);
    EXPECT_NE(row, weights(*grown, 5, Role::MlpUpBias)) << "biases have weights of their own";
    const SourceTerm& first = grown->blocks.at(5).termsByRole.at(Role::QkvWeight).front();
    EXPECT_NE(first.weightByLabel.at(AxisLabel::Query), first.weightByLabel.at(AxisLabel::Key));
    EXPECT_EQ(grown->blocks.at(5).terms.front().parentBlock, 1);
}

TEST(Ligo, EveryDepthSchemeHasItsMainSource)
{
    const auto mainBlocks = [](const char* scheme, std::int64_t layers) {
        const auto grown =
            plan(test::toyConfig(), test::toyShape(layers, 4, 2, 3), option("depth", scheme));
        EXPECT_TRUE(grown);
        std::vector<int> blocks;
        for (std::size_t b = 0; b < grown->blocks.size(); ++b)
            for (const SourceTerm& term : grown->blocks[b].termsByRole.at(Role::MlpUpBias))
                if (term.weight > 0.5)
                    blocks.push_back(term.parentBlock);
        return blocks;
    };
    EXPECT_EQ(mainBlocks("stackbert", 6), (std::vector<int>{0, 1, 2, 3, 0, 1}));
    EXPECT_EQ(mainBlocks("stackbert-noisy", 6), (std::vector<int>{0, 1, 2, 3, 0, 1}));
    EXPECT_EQ(mainBlocks("interlace", 8), (std::vector<int>{0, 0, 1, 1, 2, 2, 3, 3}));
    EXPECT_EQ(mainBlocks("interlace-noisy", 6), (std::vector<int>{0, 0, 1, 2, 2, 3}));
    EXPECT_TRUE(mainBlocks("rand", 8).empty());
    EXPECT_TRUE(mainBlocks("rand-softmax", 8).empty());
}

TEST(Ligo, CopiesAreOneHotRows)
{
    const auto grown = plan(test::toyConfig(), larger(), option("width", "sel"));
    ASSERT_TRUE(grown);
    const Matrix& mlp = grown->blocks.at(0).maps.at(AxisLabel::Mlp).write;
    std::vector<double> row(mlp.values.end() - 3, mlp.values.end());
    std::sort(row.begin(), row.end());
    EXPECT_EQ(row, (std::vector<double>{0, 0, 1}));
    const auto noisy = plan(test::toyConfig(), larger(), option("width", "sel-noisy"));
    ASSERT_TRUE(noisy);
    const Matrix& other = noisy->blocks.at(0).maps.at(AxisLabel::Mlp).write;
    EXPECT_GT(sumOf(other, 3), 1) << "not divided by the sum, as in the authors' code";
}

TEST(Ligo, DividedReadersUndoCopies)
{
    Options options = option("width", "sel");
    options["readers"] = std::string("divided");
    const auto grown = plan(test::toyConfig(), larger(), options);
    ASSERT_TRUE(grown) << grown.error().message;
    const AxisMap& map = grown->globalMaps.at(AxisLabel::Residual);
    for (std::int64_t a = 0; a < 4; ++a)
        for (std::int64_t b = 0; b < 4; ++b) {
            double product = 0;
            for (std::int64_t row = 0; row < 6; ++row)
                product += map.write.at(row, a) * map.read.at(row, b);
            EXPECT_DOUBLE_EQ(product, a == b ? 1 : 0);
        }
}

TEST(Ligo, TunesOnlyWhatGrows)
{
    const auto wider = plan(test::toyConfig(), test::toyShape(4, 6, 3, 4));
    ASSERT_TRUE(wider);
    EXPECT_TRUE(operatorsOf(*wider).depth.empty());
    EXPECT_EQ(operatorsOf(*wider).width.size(), 1U + 4U * 4U)
        << "residual, and query, key, value and mlp of each block";
    const auto deeper = plan(test::toyConfig(), test::toyShape(6, 4, 2, 3));
    ASSERT_TRUE(deeper);
    EXPECT_TRUE(operatorsOf(*deeper).width.empty());
    EXPECT_EQ(operatorsOf(*deeper).depth.size(), 16U) << "12 roles, q, k and v twice";
    const auto same = plan(test::toyConfig(), test::toyConfig().shape);
    ASSERT_TRUE(same);
    EXPECT_TRUE(operatorsOf(*same).empty());
    EXPECT_TRUE(same->globalMaps.empty() && same->rules.empty());
}

TEST(Ligo, SharedOperatorsAreTheSameInAllBlocks)
{
    const auto grown = plan(test::toyConfig(), larger(), option("operators", "shared"));
    ASSERT_TRUE(grown);
    const Operators operators = operatorsOf(*grown);
    EXPECT_EQ(operators.width.size(), 5U) << "residual, query, key, value, mlp";
    EXPECT_EQ(operators.width[1].places.size(), 8U);
}

TEST(Ligo, IsAPureFunctionOfItsSeed)
{
    const auto first = plan(test::toyConfig(), larger());
    const auto again = plan(test::toyConfig(), larger());
    ASSERT_TRUE(first && again);
    EXPECT_EQ(*first, *again);
    const auto other = makePlan(
        *findMethod("ligo"), {.parent = test::toyConfig(), .childShape = larger(), .seed = {6}});
    ASSERT_TRUE(other);
    EXPECT_NE(first->globalMaps, other->globalMaps);
}

TEST(Ligo, OldQueryHeadsStayInTheirGroup)
{
    ModelConfig parent = test::toyLlama({.heads = 4, .headDim = 2});
    parent.shape.kvHeads = 2;
    ModelShape shape = parent.shape;
    shape.hidden = 18;
    shape.heads = 9;
    shape.kvHeads = 3;
    const auto grown = plan(parent, shape);
    ASSERT_TRUE(grown) << grown.error().message;
    EXPECT_EQ(grown->blocks.at(0).maps.at(AxisLabel::Query).child_from_parent,
        (Indices{0, 1, 2, 3, kNothing, kNothing, 4, 5, 6, 7, kNothing, kNothing, kNothing, kNothing,
            kNothing, kNothing, kNothing, kNothing}));
    shape.hidden = 12;
    shape.heads = shape.kvHeads = 4;
    const auto fewer = plan(parent, shape);
    ASSERT_FALSE(fewer);
    EXPECT_EQ(fewer.error().message,
        "ligo: 4 heads over 4 kv-heads leave no place for old heads of a group, wanted at least 2 "
        "per kv-head as in the parent");
}

TEST(Ligo, GrowsEveryFamily)
{
    for (const ModelConfig& parent : {test::toyGpt2(), test::toyLlama(), test::toyBert(),
             test::toyRoberta(), test::toyDistilbert(), test::toyVit(), test::toyCait()}) {
        ModelShape shape = parent.shape;
        shape.layers = 3;
        shape.hidden = 16;
        shape.heads = 4;
        shape.kvHeads = parent.shape.kvHeads == 1 ? 1 : 4;
        shape.mlp = 13;
        const auto grown = plan(parent, resized(parent.shape, shape));
        EXPECT_TRUE(grown) << parent.family << ": " << grown.error().message;
    }
}

TEST(Ligo, ReadsItsLearningFromItsOptions)
{
    const Method& ligo = *findMethod("ligo");
    Options options = *completeOptions(ligo.options, {});
    EXPECT_EQ(ligo.learning(options)->steps, 100);
    EXPECT_EQ(ligo.learning(options)->warmupSteps, 10);
    EXPECT_TRUE(ligo.needs(options).training);
    options["tune"] = std::string("depth");
    EXPECT_FALSE(ligo.learning(options)->width);
    options["steps"] = std::int64_t{0};
    EXPECT_FALSE(ligo.learning(options));
    EXPECT_FALSE(ligo.needs(options).training);
}

} // namespace
} // namespace espalier
