// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/session.h"
#include "core/storage/safetensors_file.h"
#include "core/tensors/tensor_bytes.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

const std::filesystem::path kReference = std::filesystem::path(ESPALIER_TEST_DATA) / "reference";

at::Tensor read(const SafetensorsFile& file, const std::string& name)
{
    const TensorEntry* const entry = file.header().find(name);
    EXPECT_NE(entry, nullptr) << name;
    return entry ? tensorFromBytes(file.bytes(*entry), entry->shape, *entry->dtype) : at::Tensor();
}

/// Every tensor of expected.safetensors against ours; of padded samples the first `tokens` of the
/// second one.
void expectReference(const std::string& family, std::int64_t tokens)
{
    const TemporaryFolder place;
    const std::filesystem::path folder = kReference / family;
    const std::filesystem::path output = place.path() / "out.safetensors";
    const Result<Model> model = Model::open(folder / "model");
    ASSERT_TRUE(model.ok()) << model.error().message;
    const Status done = forwardFile(*model, folder / "input.safetensors", output, true);
    ASSERT_TRUE(done.ok()) << done.error().message;
    const SafetensorsFile found = SafetensorsFile::open(output).value();
    const SafetensorsFile expected = SafetensorsFile::open(folder / "expected.safetensors").value();
    ASSERT_EQ(found.header().tensors().size(), expected.header().tensors().size());
    for (const TensorEntry& entry : expected.header().tensors()) {
        at::Tensor ours = read(found, entry.name);
        at::Tensor theirs = read(expected, entry.name);
        ASSERT_EQ(ours.sizes(), theirs.sizes()) << entry.name;
        const double scale = theirs.abs().max().item<double>();
        at::Tensor difference = ours.sub(theirs).abs();
        if (tokens > 0)
            difference.select(0, 1).narrow(0, tokens, difference.size(1) - tokens).zero_();
        EXPECT_LT(difference.max().item<double>(), 1e-5 * scale) << entry.name;
    }
}

TEST(ForwardFile, Gpt2SaysWhatTransformersSays)
{
    expectReference("gpt2", 6);
}

TEST(ForwardFile, VitSaysWhatTransformersSays)
{
    expectReference("vit", 0);
}

TEST(ForwardFile, InputsForAnotherKindOfModelAreRefused)
{
    const TemporaryFolder place;
    const Result<Model> model = Model::open(kReference / "vit" / "model");
    ASSERT_TRUE(model.ok());
    const Status done =
        forwardFile(*model, kReference / "gpt2" / "input.safetensors", place.path() / "out", false);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, ErrorCode::Refused);
    EXPECT_NE(done.error().message.find("wanted pixel_values"), std::string::npos)
        << done.error().message;
    EXPECT_FALSE(std::filesystem::exists(place.path() / "out"));
}

} // namespace
} // namespace espalier
