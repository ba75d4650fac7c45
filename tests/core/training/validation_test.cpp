// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/validation.h"

#include "tests/support/engine/toy_parameters.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(Validate, FindsTheSameHoweverManyBatchesPassABlockTogether)
{
    ModelConfig config = test::toyGpt2({.layers = 3});
    config.shape.vocab = 256;
    const ParameterSet parameters = test::toyParameters(config);
    DataSpec spec;
    spec.source = "demo:garden";
    spec.sequenceLength = 8;
    const Result<Dataset> data = Dataset::open({.spec = spec, .config = config});
    ASSERT_TRUE(data) << data.error().message;
    const ValidationResult whole = validate(parameters, *data, 10, 3).value();
    EXPECT_EQ(whole.predictions, 70);
    for (const std::int64_t together : {1, 2, 100}) {
        int read = 0;
        const auto weights =
            WeightsByBlock::open(config, [&](ParameterId id) -> Result<at::Tensor> {
                read += id.role == Role::QkvWeight ? 1 : 0;
                return parameters.at(id.role, id.block);
            });
        ASSERT_TRUE(weights);
        const ValidationResult found = validate(**weights, *data, 10, 3, together).value();
        EXPECT_EQ(found.loss, whole.loss);
        EXPECT_EQ(found.predictions, whole.predictions);
        EXPECT_EQ(read, together == 1 ? 12 : together == 2 ? 6 : 3) << "3 blocks, 4 batches";
    }
}

} // namespace
} // namespace espalier
