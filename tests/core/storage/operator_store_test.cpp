// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/operator_store.h"

#include "core/methods/catalog.h"
#include "core/storage/hdf5_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_config.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace espalier {
namespace {

TransferPlan toyPlan(const char* readers = "tied")
{
    return *makePlan(*findMethod("ligo"),
        {.parent = test::toyConfig(),
            .childShape = test::toyShape(8, 6, 3, 4),
            .options = {{"readers", std::string(readers)}}});
}

LearnedOperators toyOperators(const TransferPlan& plan)
{
    LearnedOperators learned{.method = "ligo",
        .parentHash = "abc",
        .parent = plan.parent.shape,
        .child = plan.child.shape,
        .operators = operatorsOf(plan),
        .widthMoved = {},
        .depthMoved = {},
        .report = {}};
    learned.report.losses = {3, 2, 1};
    learned.report.distances = {0.1, 0.2, 0.3};
    learned.report.distance = 0.3;
    learned.widthMoved.assign(learned.operators.width.size(), 0.25);
    learned.depthMoved.assign(learned.operators.depth.size(), 0.5);
    return learned;
}

TEST(OperatorStore, ReadsWhatItWrote)
{
    const TemporaryFolder folder;
    for (const char* readers : {"tied", "divided"}) {
        const TransferPlan plan = toyPlan(readers);
        const LearnedOperators learned = toyOperators(plan);
        const auto file = folder.path() / "operators.h5";
        ASSERT_TRUE(writeOperators(learned, file));
        const auto read = readOperators(file);
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(read->method, "ligo");
        EXPECT_EQ(read->parentHash, "abc");
        EXPECT_EQ(read->child.hidden, 6);
        EXPECT_EQ(read->report.losses, learned.report.losses);
        EXPECT_EQ(read->widthMoved, learned.widthMoved);
        const auto again = withOperators(plan, read->operators);
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(*again, plan) << "bit for bit";
    }
}

TEST(OperatorStore, KeepsTheBlocksOfADeepModelInOrder)
{
    const TransferPlan plan = *makePlan(*findMethod("ligo"),
        {.parent = test::toyConfig(), .childShape = test::toyShape(12, 6, 3, 4)});
    const TemporaryFolder folder;
    ASSERT_TRUE(writeOperators(toyOperators(plan), folder.path() / "o.h5"));
    const auto read = readOperators(folder.path() / "o.h5");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(withOperators(plan, read->operators));
}

TEST(OperatorStore, KeepsWhatLiesBehindTheTrunk)
{
    const ModelConfig parent = test::toyCait();
    ModelShape shape = parent.shape;
    shape.heads = shape.kvHeads = 4;
    shape.hidden = 16;
    shape.mlp = 14;
    const TransferPlan plan = *makePlan(
        *findMethod("ligo"), {.parent = parent, .childShape = resized(parent.shape, shape)});
    const TemporaryFolder folder;
    ASSERT_TRUE(writeOperators(toyOperators(plan), folder.path() / "o.h5"));
    const auto read = readOperators(folder.path() / "o.h5");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->parent.classMlp, 15);
    EXPECT_EQ(read->child.classMlp, 21);
    EXPECT_EQ(*withOperators(plan, read->operators), plan);
}

class HostileOperators : public testing::Test
{
protected:
    /// The toy's file with one thing changed.
    std::string messageAfter(const std::function<Status(Hdf5File&)>& change)
    {
        const auto file = m_folder.path() / "o.h5";
        const Status written = writeHdf5File(file, [&](Hdf5File& target) -> Status {
            for (const char* name : {"format", "method", "parent_hash"})
                if (const Status done = target.writeText(
                        "/", name, std::string(name) == "format" ? "espalier operators 1" : "x");
                    !done)
                    return done;
            for (const char* name : {"start_norm", "distance", "seconds", "flops"})
                if (const Status done = target.writeNumber("/", name, 0); !done)
                    return done;
            for (const char* whose : {"parent_", "child_"})
                for (const char* size :
                    {"layers", "hidden", "heads", "kv_heads", "head_dim", "mlp"})
                    if (const Status done = target.writeInteger("/", std::string(whose) + size, 2);
                        !done)
                        return done;
            if (const Status done = target.writeInteger("/", "class_layers", 0); !done)
                return done;
            for (const char* list : {"/losses", "/distances"})
                if (const Status done = list3(target, list); !done)
                    return done;
            return change(target);
        });
        EXPECT_TRUE(written);
        const auto read = readOperators(file);
        return read ? "" : read.error().message;
    }

    static Status list3(Hdf5File& file, const std::string& path)
    {
        const std::vector<double> values = {1, 2, 3};
        const std::int64_t sizes[] = {3};
        return file.writeArray(path, values, sizes);
    }

    static Status matrix(Hdf5File& file, const std::string& path, std::int64_t rows,
        std::int64_t cols, double value = 0)
    {
        const std::vector<double> values(static_cast<std::size_t>(rows * cols), value);
        const std::int64_t sizes[] = {rows, cols};
        if (const Status done = file.writeArray(path, values, sizes); !done)
            return done;
        return file.writeNumber(path, "moved", 0);
    }

private:
    TemporaryFolder m_folder;
};

TEST_F(HostileOperators, AnEmptyOneIsNoError)
{
    EXPECT_EQ(messageAfter([](Hdf5File&) { return Status(); }), "");
}

TEST_F(HostileOperators, MatricesOfOtherSizesAreRefusedUnread)
{
    const auto large = messageAfter(
        [](Hdf5File& file) { return matrix(file, "/width/network/residual/write", 2000, 2); });
    EXPECT_NE(large.find("/width/network/residual/write"), std::string::npos) << large;
    const auto narrow = messageAfter(
        [](Hdf5File& file) { return matrix(file, "/width/network/residual/write", 1, 1); });
    EXPECT_NE(narrow.find("found [1, 1], wanted at most 2 rows of 2"), std::string::npos) << narrow;
}

TEST_F(HostileOperators, UnknownPlacesAreRefused)
{
    const auto axis = messageAfter(
        [](Hdf5File& file) { return matrix(file, "/width/network/soul/write", 1, 2); });
    EXPECT_NE(axis.find("found \"soul\", wanted the name of an axis"), std::string::npos) << axis;
    const auto block = messageAfter(
        [](Hdf5File& file) { return matrix(file, "/width/block 0002/mlp/write", 1, 2); });
    EXPECT_NE(block.find("found \"block 0002\""), std::string::npos) << block;
    const auto role =
        messageAfter([](Hdf5File& file) { return matrix(file, "/depth/soul/all", 2, 2); });
    EXPECT_NE(role.find("found \"soul\", wanted the name of a parameter"), std::string::npos)
        << role;
}

TEST_F(HostileOperators, ValuesThatAreNotFiniteAreRefused)
{
    const auto nan = messageAfter(
        [](Hdf5File& file) { return matrix(file, "/depth/mlp.up.weight/all", 2, 2, NAN); });
    EXPECT_NE(nan.find("found nan, wanted finite numbers"), std::string::npos) << nan;
}

} // namespace
} // namespace espalier
