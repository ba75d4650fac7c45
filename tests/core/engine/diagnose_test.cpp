// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/diagnose.h"

#include "core/engine/model_source.h"
#include "tests/support/engine/reference_model.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

constexpr const char* kGpt2 = "gpt2-untied"; // 14 MLP units

std::optional<LoadDiagnosis> diagnosisOf(const std::filesystem::path& folder)
{
    const Result<Model> model = openModel(folder.string());
    if (model)
        return std::nullopt;
    return diagnoseModel(folder.string(), model.error());
}

TEST(DiagnoseModel, ComparesTheFilesWithWhatConfigJsonMeans)
{
    const TemporaryFolder place;
    const test::ReferenceFolder gpt2(kGpt2);
    std::string config = TemporaryFolder::read(gpt2.path() / "config.json");
    const std::size_t at = config.find("\"n_inner\": 14");
    ASSERT_NE(at, std::string::npos);
    config.replace(at, 13, "\"n_inner\": 15");
    place.write("m/config.json", config);
    std::filesystem::copy_file(
        gpt2.path() / "model.safetensors", place.path() / "m/model.safetensors");
    const std::optional<LoadDiagnosis> diagnosis = diagnosisOf(place.path() / "m");
    ASSERT_TRUE(diagnosis);
    EXPECT_EQ(diagnosis->family, "GPT-2");
    EXPECT_EQ(diagnosis->faults.misshaped.count, 3 * 2); // per block: up, its bias, down
    EXPECT_EQ(diagnosis->faults.missing.count, 0);
    EXPECT_EQ(diagnosis->nearest->share(), 1.0);
    EXPECT_EQ(
        diagnosis->advice, "Correct \"n_inner\" in config.json: it is 15, the weights have 14.");
}

TEST(DiagnoseModel, LooksIntoTheFolder)
{
    const TemporaryFolder place;
    const test::ReferenceFolder gpt2(kGpt2);
    place.write("m/inner/config.json", "{}");
    std::optional<LoadDiagnosis> diagnosis = diagnosisOf(place.path() / "m");
    ASSERT_TRUE(diagnosis);
    EXPECT_NE(diagnosis->advice.find("Open the folder \"inner\""), std::string::npos);
    place.write("w/config.json", TemporaryFolder::read(gpt2.path() / "config.json"));
    place.write("w/model.safetensors", "x");
    diagnosis = diagnosisOf(place.path() / "w");
    ASSERT_TRUE(diagnosis);
    EXPECT_NE(diagnosis->advice.find("Fetch the weights again"), std::string::npos);
}

TEST(DiagnoseModel, SaysNothingWithoutAFolderOrAboutOtherErrors)
{
    const TemporaryFolder place;
    const test::ReferenceFolder gpt2(kGpt2);
    EXPECT_FALSE(diagnosisOf(place.path() / "nothing"));
    EXPECT_FALSE(diagnoseModel(gpt2.path().string(), cancelled()));
    EXPECT_FALSE(diagnoseModel(gpt2.path().string(), outOfResource("too little memory")));
}

} // namespace
} // namespace espalier
