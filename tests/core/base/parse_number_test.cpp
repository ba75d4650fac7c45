// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parse_number.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace espalier {
namespace {

TEST(ParseNumber, ReadsAWholeTextOnly)
{
    EXPECT_EQ(parseNumber<std::int64_t>("-12"), -12);
    EXPECT_EQ(parseNumber<double>("1e-05"), 1e-5);
    for (const char* text : {"", " 1", "1 ", "1,5", "+1", "0x10"})
        EXPECT_EQ(parseNumber<std::int64_t>(text), std::nullopt) << text;
}

TEST(ParseNumber, ReadsNothingThatDoesNotFit)
{
    EXPECT_EQ(parseNumber<std::int64_t>("9223372036854775808"), std::nullopt);
    EXPECT_EQ(parseNumber<std::uint64_t>("-1"), std::nullopt);
    EXPECT_EQ(parseNumber<double>("1e999"), std::nullopt);
}

} // namespace
} // namespace espalier
