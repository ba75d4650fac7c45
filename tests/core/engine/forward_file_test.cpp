// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/catalog.h"
#include "core/engine/session.h"
#include "core/storage/safetensors_file.h"
#include "core/tensors/tensor_bytes.h"
#include "tests/support/engine/reference_model.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <set>

namespace espalier {
namespace {

constexpr double kTolerance = 1e-5; // of the largest expected value

at::Tensor read(const SafetensorsFile& file, const std::string& name)
{
    const TensorEntry* const entry = file.header().find(name);
    if (!entry)
        throw std::runtime_error("the output lacks " + name);
    return tensorFromBytes(file.bytes(*entry), entry->shape, *entry->dtype);
}

/// Positions that the mask hides are set to zero: nobody reads them, and every tool has its own.
at::Tensor withoutPadding(const at::Tensor& values, const test::Reference& reference)
{
    const auto mask = reference.inputs.find("attention_mask");
    return mask == reference.inputs.end() || values.dim() < 3
        ? values
        : values.mul(mask->second.unsqueeze(-1));
}

double relativeDifference(const at::Tensor& found, const at::Tensor& expected)
{
    return (found.sub(expected).abs().max() / expected.abs().max()).item<double>();
}

class ReferenceModel : public testing::TestWithParam<std::string>
{
};

TEST_P(ReferenceModel, SaysWhatTheStockToolSays)
{
    const TemporaryFolder place;
    const test::ReferenceFolder folder(GetParam());
    const test::Reference reference = test::readReference(GetParam());
    test::writeTensors(place.path() / "in.safetensors", reference.inputs);
    const Result<Model> model = Model::open(folder.path());
    ASSERT_TRUE(model.ok()) << model.error().message;
    const Status done = forwardFile(
        *model, place.path() / "in.safetensors", place.path() / "out.safetensors", true);
    ASSERT_TRUE(done.ok()) << done.error().message;

    ASSERT_TRUE(forwardFile(*model, place.path() / "in.safetensors",
        place.path() / "by-block.safetensors", true, {}, WeightsHeld::OneBlock));
    EXPECT_EQ(place.read(place.path() / "by-block.safetensors"),
        place.read(place.path() / "out.safetensors"));

    const SafetensorsFile found = SafetensorsFile::open(place.path() / "out.safetensors").value();
    const at::Tensor output = read(found, reference.outputName);
    ASSERT_EQ(output.sizes(), reference.output.sizes());
    EXPECT_LT(relativeDifference(
                  withoutPadding(output, reference), withoutPadding(reference.output, reference)),
        kTolerance);
    const std::int64_t states = reference.hiddenStates_SD.size(0);
    ASSERT_EQ(found.header().tensors().size(), static_cast<std::size_t>(1 + states));
    for (std::int64_t state = 0; state < states; ++state) {
        const std::string name = "hidden_states." + std::to_string(state);
        const at::Tensor ours_D = read(found, name).select(0, 0).select(0, -1);
        EXPECT_LT(
            relativeDifference(ours_D, reference.hiddenStates_SD.select(0, state)), kTolerance)
            << name;
    }
}

INSTANTIATE_TEST_SUITE_P(Families, ReferenceModel, testing::ValuesIn(test::referenceNames()),
    [](const testing::TestParamInfo<std::string>& reference) {
        std::string name = reference.param;
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    });

TEST(References, HoldEveryFamilyOfTheCatalog)
{
    std::set<std::string_view> families;
    for (const std::string& name : test::referenceNames()) {
        const test::ReferenceFolder folder(name);
        const Result<Model> model = Model::open(folder.path());
        ASSERT_TRUE(model.ok()) << model.error().message;
        families.insert(architectureOf(model->config()).id);
    }
    for (const Architecture& row : architectures())
        EXPECT_TRUE(families.contains(row.id)) << row.id << " has none";
}

TEST(ForwardFile, InputsForAnotherKindOfModelAreRefused)
{
    const TemporaryFolder place;
    const test::ReferenceFolder folder("vit");
    const Result<Model> model = Model::open(folder.path());
    ASSERT_TRUE(model.ok());
    test::writeTensors(place.path() / "in.safetensors", test::readReference("gpt2").inputs);
    const Status done =
        forwardFile(*model, place.path() / "in.safetensors", place.path() / "out", false);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, ErrorCode::Refused);
    EXPECT_NE(done.error().message.find("wanted pixel_values"), std::string::npos)
        << done.error().message;
    EXPECT_FALSE(std::filesystem::exists(place.path() / "out"));
}

} // namespace
} // namespace espalier
