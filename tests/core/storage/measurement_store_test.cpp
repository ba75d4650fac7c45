// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/measurement_store.h"

#include "core/storage/hdf5_file.h"
#include "core/storage/hdf5_handle.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/toy_config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace espalier {
namespace {

using test::matrixOf;

Measurements everything()
{
    Measurements m = test::toyMeasurements();
    m.source = "demo:garden";
    m.tokenizer = "folder";
    m.skipBroken = true;
    m.scores["wanda"].mlp_LM = matrixOf(4, 3, std::vector<double>(12, 0.5));
    m.blockInfluence_L = {0.5, 0.1, 0.2, 0.4};
    m.angularDistance_NL = matrixOf(4, 4, std::vector<double>(16, 0.25));
    m.baseLoss = 2;
    m.lossRemoved_L = m.lossDuplicated_L = m.greedyLoss_L = {5, 3, 2, 4};
    m.greedyRemoval_L = {2, 1, 3, 0};
    m.residualCovariance_DD = matrixOf(4, 4, std::vector<double>(16, 0.25));
    m.contextMoment_LCC.assign(4, matrixOf(4, 4, std::vector<double>(16, 2)));
    m.mlpMoment_LMM.assign(4, matrixOf(3, 3, std::vector<double>(9, 3)));
    return m;
}

std::string refusalOf(const std::filesystem::path& file)
{
    const Result<Measurements> read = readMeasurements(file);
    EXPECT_FALSE(read.ok());
    return read.ok() ? "" : read.error().message;
}

class MeasurementStore : public ::testing::Test
{
protected:
    const TemporaryFolder m_folder;
    const std::filesystem::path m_file = m_folder.path() / "m.h5";
};

TEST_F(MeasurementStore, GivesBackWhatItWasGiven)
{
    for (const Measurements& m : {Measurements(), test::toyMeasurements(), everything()}) {
        ASSERT_TRUE(writeMeasurements(m, m_file));
        const Result<Measurements> read = readMeasurements(m_file);
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(*read, m);
    }
}

/// The toy with two class-attention blocks of five units behind it.
Measurements withClassAttention()
{
    Measurements m = everything();
    ChannelScores& scores = m.scores.at(std::string(kMeanAbs));
    scores.classContext_LC = matrixOf(2, 4, std::vector<double>(8, 0.5));
    scores.classMlp_LM = matrixOf(2, 5, std::vector<double>(10, 0.25));
    return m;
}

TEST_F(MeasurementStore, KeepsScoresOfClassAttention)
{
    Measurements m = withClassAttention();
    ASSERT_TRUE(writeMeasurements(m, m_file));
    EXPECT_EQ(readMeasurements(m_file).value(), m);
    m.scores.at(std::string(kMeanAbs)).classMlp_LM = matrixOf(1, 5, {1, 2, 3, 4, 5});
    ASSERT_TRUE(writeMeasurements(m, m_file));
    EXPECT_EQ(refusalOf(m_file),
        m_file.string()
            + ": /scores/mean-abs/class_mlp: found 1 class-attention blocks, wanted 2 as in "
              "/scores/mean-abs/class_context");
}

TEST_F(MeasurementStore, KeepsNoDistanceWhereThereAreNotSoManyBlocks)
{
    Measurements m;
    const double none = std::numeric_limits<double>::quiet_NaN();
    m.angularDistance_NL = matrixOf(2, 2, {0.1, 0.2, 0.3, none});
    ASSERT_TRUE(writeMeasurements(m, m_file));
    const Result<Measurements> read = readMeasurements(m_file);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->angularDistance_NL.at(1, 0), 0.3);
    EXPECT_TRUE(std::isnan(read->angularDistance_NL.at(1, 1)));
}

TEST_F(MeasurementStore, AsksForANewMeasurementInsteadOfReadingTheFirstFormat)
{
    ASSERT_TRUE(writeHdf5File(m_file,
        [](Hdf5File& file) { return file.writeText("/", "format", "espalier measurements 1"); }));
    EXPECT_EQ(refusalOf(m_file),
        m_file.string()
            + ": found format \"espalier measurements 1\", wanted \"espalier measurements 2\": "
              "measure the model again");
}

TEST_F(MeasurementStore, RefusesSizesThatDoNotFitOneAnother)
{
    const auto refusal = [&](auto change) {
        Measurements m = everything();
        change(m);
        EXPECT_TRUE(writeMeasurements(m, m_file));
        return refusalOf(m_file).substr(m_file.string().size() + 2);
    };
    EXPECT_EQ(refusal([](Measurements& m) { m.lossRemoved_L.pop_back(); }),
        "/loss/removed: found 3 blocks, wanted 4 as in /scores/mean-abs/attention_norm");
    EXPECT_EQ(refusal([](Measurements& m) {
        m.scores["wanda"].mlp_LM = matrixOf(4, 1, {1, 2, 3, 4});
    }),
        "/scores/wanda/mlp: found 1 MLP units, wanted 3 as in /scores/mean-abs/mlp");
    EXPECT_EQ(refusal([](Measurements& m) { m.contextMoment_LCC.pop_back(); }),
        "/moment/mlp: found 4 blocks, wanted 3 as in /moment/context");
    EXPECT_EQ(refusal([](Measurements& m) {
        m.residualCovariance_DD = matrixOf(1, 4, {1, 2, 3, 4});
    }),
        "/moment/residual: found 1 residual channels, wanted 4 as in /scores/mean-abs/embedding");
}

TEST_F(MeasurementStore, RefusesAGreedyOrderThatNamesABlockTwiceOrNone)
{
    for (const auto& order : {std::vector<std::int64_t>{2, 2, 3, 0}, {4, 1, 2, 3}, {-1, 1, 2, 3}}) {
        Measurements m = everything();
        m.greedyRemoval_L = order;
        ASSERT_TRUE(writeMeasurements(m, m_file));
        EXPECT_NE(refusalOf(m_file).find("wanted each of 0 to 3 once"), std::string::npos);
    }
}

TEST_F(MeasurementStore, ReadsNoMoreValuesThanItsBytesCanHold)
{
    ASSERT_TRUE(writeMeasurements(everything(), m_file));
    const Hdf5Handle file(H5Fopen(m_file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    H5Ldelete(file.get(), "/moment/residual", H5P_DEFAULT);
    const hsize_t sizes[] = {1 << 14, 1 << 14}; // 2 GiB, none of them written
    const Hdf5Handle space(H5Screate_simple(2, sizes, nullptr));
    const Hdf5Handle dataset(H5Dcreate2(file.get(), "/moment/residual", H5T_NATIVE_DOUBLE,
        space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    EXPECT_NE(refusalOf(m_file).find("/moment/residual: more than"), std::string::npos);
}

TEST_F(MeasurementStore, RefusesMetricsWithOddNames)
{
    Measurements m;
    m.scores["mean\n|a|"] = test::toyMeasurements().scores.begin()->second;
    ASSERT_TRUE(writeMeasurements(m, m_file));
    EXPECT_NE(refusalOf(m_file).find("/scores: found metric"), std::string::npos);
}

} // namespace
} // namespace espalier
