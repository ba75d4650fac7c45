// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/untrusted_text.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(UntrustedText, Utf8OfEveryLengthIsValid)
{
    EXPECT_FALSE(firstInvalidUtf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8C\xB3"));
    EXPECT_FALSE(firstInvalidUtf8(""));
}

TEST(UntrustedText, TheFirstWrongByteIsNamed)
{
    EXPECT_EQ(firstInvalidUtf8("ab\xFFz"), 2u);
    EXPECT_EQ(firstInvalidUtf8("\x80"), 0u); // continuation without a start
    EXPECT_EQ(firstInvalidUtf8("a\xE2\x82"), 1u); // cut short
}

TEST(UntrustedText, OverlongFormsSurrogatesAndNumbersBeyondUnicodeAreNotUtf8)
{
    EXPECT_EQ(firstInvalidUtf8("\xC0\xAF"), 0u); // '/' in two bytes
    EXPECT_EQ(firstInvalidUtf8("\xE0\x80\xAF"), 0u);
    EXPECT_EQ(firstInvalidUtf8("\xF0\x80\x80\xAF"), 0u);
    EXPECT_EQ(firstInvalidUtf8("\xED\xA0\x80"), 0u);
    EXPECT_EQ(firstInvalidUtf8("\xF4\x90\x80\x80"), 0u);
}

TEST(UntrustedText, ControlCharactersAndWrongBytesBecomeHexadecimal)
{
    EXPECT_EQ(inQuotes("a\n\xFF\x1B[31m"), "\"a\\x0a\\xff\\x1b[31m\"");
    EXPECT_EQ(printable("\xC3\xA9"), "\xC3\xA9");
}

TEST(UntrustedText, LongTextIsCutBetweenCharacters)
{
    EXPECT_EQ(printable("\xC3\xA9\xC3\xA9\xC3\xA9", 3), "\xC3\xA9\xC3\xA9…");
}

} // namespace
} // namespace espalier
