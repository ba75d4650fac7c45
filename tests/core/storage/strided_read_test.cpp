// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/strided_read.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <numeric>

namespace espalier {
namespace {

/// A file of the numbers 0, 1, 2, …
class StridedReadTest : public testing::Test
{
protected:
    static constexpr std::int64_t kCount = 5000;

    std::vector<std::int32_t> read(
        const StridedPlace& place, std::int64_t first, std::int64_t count) const
    {
        std::vector<std::int32_t> values(static_cast<std::size_t>(count), -1);
        const auto file = MappedFile::map(m_file);
        EXPECT_TRUE(file);
        EXPECT_TRUE(readStrided(*file, place, first, std::as_writable_bytes(std::span(values))));
        return values;
    }

    /// The same from the definition: value (i, j, …) lies at the sum of index times stride.
    static std::vector<std::int32_t> expected(
        const StridedPlace& place, std::int64_t first, std::int64_t count)
    {
        std::vector<std::int32_t> values;
        for (std::int64_t at = first; at < first + count; ++at) {
            std::int64_t offset = place.begin / place.width;
            std::int64_t rest = at;
            for (std::size_t i = place.sizes.size(); i-- > 0; rest /= place.sizes[i])
                offset += rest % place.sizes[i] * place.strides[i];
            values.push_back(static_cast<std::int32_t>(offset));
        }
        return values;
    }

    void SetUp() override
    {
        std::vector<std::int32_t> numbers(kCount);
        std::iota(numbers.begin(), numbers.end(), 0);
        m_folder.write("numbers",
            {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(std::int32_t)});
    }

    TemporaryFolder m_folder;
    std::filesystem::path m_file = m_folder.path() / "numbers";
};

TEST_F(StridedReadTest, ATransposedMatrixComesRowByRow)
{
    const StridedPlace place{.begin = 4, .sizes = {2, 3}, .strides = {1, 2}};
    EXPECT_EQ(read(place, 0, 6), (std::vector<std::int32_t>{1, 3, 5, 2, 4, 6}));
    EXPECT_EQ(read(place, 2, 3), (std::vector<std::int32_t>{5, 2, 4}));
}

TEST_F(StridedReadTest, EveryStretchOfEveryOrderIsRight)
{
    const std::vector<StridedPlace> places = {
        {.begin = 40, .sizes = {4, 3, 5}, .strides = {1, 20, 4}}, // channels last
        {.begin = 0, .sizes = {4, 3, 5}, .strides = {100, 7, 1}}, // cut out of something larger
        {.begin = 0, .sizes = {3, 1, 4}, .strides = {1, 999, 1000}}, // far apart
        {.begin = 8, .sizes = {6}, .strides = {70}}, // farther than is read over
        {.begin = 8, .sizes = {2, 2, 2, 2}, .strides = {1, 2, 4, 8}},
        {.begin = 12, .sizes = {}, .strides = {}}};
    for (const StridedPlace& place : places) {
        const std::int64_t count = std::accumulate(
            place.sizes.begin(), place.sizes.end(), std::int64_t{1}, std::multiplies<>());
        for (std::int64_t first = 0; first < count; ++first)
            for (std::int64_t length = 1; length <= count - first; ++length)
                ASSERT_EQ(read(place, first, length), expected(place, first, length))
                    << first << " " << length;
    }
}

TEST_F(StridedReadTest, RunsLongerThanTheBufferAreReadInPieces)
{
    constexpr std::int64_t kMany = 700'000; // 2.8 MB, every other value of it
    std::vector<std::int32_t> numbers(kMany);
    std::iota(numbers.begin(), numbers.end(), 0);
    m_folder.write("numbers",
        {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(std::int32_t)});
    const StridedPlace place{.sizes = {kMany / 2}, .strides = {2}};
    EXPECT_EQ(read(place, 1, kMany / 2 - 1), expected(place, 1, kMany / 2 - 1));
}

TEST_F(StridedReadTest, NothingIsReadOfAnEmptyTensor)
{
    EXPECT_TRUE(read({.sizes = {0, 3}, .strides = {1, 0}}, 0, 0).empty());
}

TEST_F(StridedReadTest, AFileThatBecameShorterIsAnError)
{
    const auto file = MappedFile::map(m_file);
    ASSERT_TRUE(file);
    std::filesystem::resize_file(m_file, 12);
    std::vector<std::int32_t> values(6);
    const StridedPlace place{.sizes = {2, 3}, .strides = {1, 2}};
    const Status status = readStrided(*file, place, 0, std::as_writable_bytes(std::span(values)));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message, "has become shorter since it was opened");
}

} // namespace
} // namespace espalier
