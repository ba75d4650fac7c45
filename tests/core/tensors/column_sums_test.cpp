// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/column_sums.h"

#include <ATen/Parallel.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace espalier {
namespace {

using Adder = void (*)(const at::Tensor& rows_NC, std::span<double> sums_C);
using Sums = std::vector<double>;

Sums sumsOf(Adder add, const at::Tensor& rows_NC, double start = 0)
{
    Sums sums(static_cast<std::size_t>(rows_NC.size(1)), start);
    add(rows_NC, sums);
    return sums;
}

TEST(ColumnSums, AreAddedToWhatIsThere)
{
    const at::Tensor rows = at::tensor({1.0F, -2.0F, 3.0F, 4.0F}).view({2, 2});
    EXPECT_EQ(sumsOf(addSums, rows), (Sums{4, 2}));
    EXPECT_EQ(sumsOf(addAbsoluteSums, rows), (Sums{4, 6}));
    EXPECT_EQ(sumsOf(addSquareSums, rows, 1), (Sums{11, 21}));
    EXPECT_EQ(sumsOf(addSquareSums, rows.t()), (Sums{5, 25})) << "not in one piece";
    EXPECT_EQ(sumsOf(addAbsoluteSums, rows.to(at::kDouble)), (Sums{4, 6}));
}

TEST(ColumnSums, AreTheSameBitsForAnyNumberOfThreads)
{
    const at::Tensor rows = at::randn({5000, 37});
    const int before = at::get_num_threads();
    for (const Adder add : {addSums, addAbsoluteSums, addSquareSums}) {
        at::set_num_threads(1);
        const Sums one = sumsOf(add, rows);
        at::set_num_threads(3);
        EXPECT_EQ(sumsOf(add, rows), one);
    }
    at::set_num_threads(before);
}

} // namespace
} // namespace espalier
