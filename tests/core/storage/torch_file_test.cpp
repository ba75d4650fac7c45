// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/torch_file.h"

#include "tests/support/temporary_folder.h"
#include "tests/support/toy_pickle.h"
#include "tests/support/toy_zip.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace espalier {
namespace {

using test::pickledDictionary;
using test::pickledNumber;
using test::pickledTensor;
using test::pickledText;
using test::writeZip;
using Members = std::vector<std::pair<std::string, std::string>>;

constexpr std::array<float, 6> kValues = {1, 2, 3, 4, 5, 6};

std::string bytesOf(const std::array<float, 6>& values)
{
    return {reinterpret_cast<const char*>(values.data()), sizeof(values)};
}

/// One storage with two tensors: all of it, and its last four numbers.
Members goodMembers()
{
    return {{"m/data.pkl",
                pickledDictionary(pickledText("all") + pickledTensor() + pickledText("tail")
                    + pickledTensor({.offset = pickledNumber(2),
                        .sizes = pickledNumber(4),
                        .strides = pickledNumber(1)}))},
        {"m/byteorder", "little"}, {"m/data/0", bytesOf(kValues)}, {"m/version", "3\n"}};
}

class TorchFileTest : public testing::Test
{
protected:
    TemporaryFolder m_folder;
    std::filesystem::path m_file = m_folder.path() / "m.bin";

    std::string refusal()
    {
        const auto file = TorchFile::open(m_file);
        if (file)
            return "accepted";
        EXPECT_EQ(file.error().message.find('\n'), std::string::npos);
        EXPECT_EQ(file.error().message.rfind(m_file.string() + ": ", 0), 0U);
        return file.error().message.substr(m_file.string().size() + 2);
    }
    std::string refusal(const Members& members, int method = 0)
    {
        writeZip(m_file, members, method);
        return refusal();
    }
    /// Writes the good file with one stretch of bytes replaced, wherever it occurs.
    std::string refusalWith(const std::string& from, const std::string& to)
    {
        writeZip(m_file, goodMembers());
        std::string bytes = TemporaryFolder::read(m_file);
        for (std::size_t at = bytes.find(from); at != std::string::npos;
             at = bytes.find(from, at + to.size()))
            bytes.replace(at, from.size(), to);
        m_folder.write("m.bin", bytes);
        return refusal();
    }
};

TEST_F(TorchFileTest, TensorsThatShareAStorageAreRead)
{
    writeZip(m_file, goodMembers());
    const auto file = TorchFile::open(m_file);
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_EQ(file->tensors().size(), 2U);
    const TorchFile::Tensor& tail = file->tensors()[1];
    EXPECT_EQ(tail.pickled.name, "tail");
    EXPECT_EQ(tail.sizeBytes, 16);
    std::array<float, 2> values = {};
    ASSERT_TRUE(file->read(tail, 4, std::as_writable_bytes(std::span(values))));
    EXPECT_EQ(values, (std::array<float, 2>{4, 5}));
}

TEST_F(TorchFileTest, TensorsInAnotherOrderAreReadRowMajor)
{
    Members members = goodMembers();
    members[0].second = pickledDictionary(pickledText("transposed")
        + pickledTensor({.sizes = pickledNumber(3) + pickledNumber(2),
            .strides = pickledNumber(1) + pickledNumber(3)}));
    writeZip(m_file, members);
    const auto file = TorchFile::open(m_file);
    ASSERT_TRUE(file) << file.error().message;
    const TorchFile::Tensor& tensor = file->tensors()[0];
    ASSERT_EQ(tensor.sizeBytes, 24);
    std::array<float, 6> all = {};
    ASSERT_TRUE(file->read(tensor, 0, std::as_writable_bytes(std::span(all))));
    EXPECT_EQ(all, (std::array<float, 6>{1, 4, 2, 5, 3, 6})); // of 1 2 3 and 4 5 6
    std::array<float, 3> middle = {};
    ASSERT_TRUE(file->read(tensor, 4, std::as_writable_bytes(std::span(middle))));
    EXPECT_EQ(middle, (std::array<float, 3>{4, 2, 5}));
    std::filesystem::resize_file(m_file, 10);
    EXPECT_FALSE(file->read(tensor, 0, std::as_writable_bytes(std::span(all))));
}

TEST_F(TorchFileTest, AStorageMustBeThereWithItsSize)
{
    Members members = goodMembers();
    members.erase(members.begin() + 2);
    EXPECT_EQ(refusal(members), "tensor \"all\": its storage \"0\" is not there");
    for (const std::size_t size : {0U, 23U, 25U}) {
        members = goodMembers();
        members[2].second.resize(size);
        EXPECT_EQ(refusal(members),
            "tensor \"all\": found a storage of " + std::to_string(size)
                + " bytes, wanted 6 elements of 4");
    }
}

TEST_F(TorchFileTest, CompressedMembersAreRefusedUnread)
{
    Members bomb = goodMembers();
    bomb[2].second.assign(10'000'000, '\0');
    EXPECT_EQ(refusal(bomb, 8),
        "member \"m/data.pkl\" is compressed or encrypted, wanted it stored as torch.save does");
    EXPECT_LT(std::filesystem::file_size(m_file), 100'000U);
}

TEST_F(TorchFileTest, OtherByteOrdersAreRefused)
{
    Members members = goodMembers();
    members[1].second = "big";
    EXPECT_EQ(refusal(members), "found byte order \"big\", wanted \"little\"");
}

TEST_F(TorchFileTest, OldFilesComeWithTheWayToConvertThem)
{
    m_folder.write("m.bin", std::string("\x80\x02\x8a\x0al\xfc\x9c", 7));
    EXPECT_EQ(refusal(),
        "was written by torch before 1.6; convert it with torch: "
        "torch.save(torch.load(FILE, weights_only=True), FILE)");
    m_folder.write("m.bin", "version https://git-lfs.github.com/spec/v1\n");
    EXPECT_EQ(refusal(), "is not a file that torch.save has written");
    m_folder.write("m.bin", "");
    EXPECT_EQ(refusal(), "is not a file that torch.save has written");
}

TEST_F(TorchFileTest, DamagedArchivesAreRefused)
{
    EXPECT_EQ(refusal({{"m/x", "1"}}), "holds no data.pkl, wanted what torch.save has written");
    EXPECT_EQ(refusal({{"m/x", "1"}, {"m/x", "2"}}), "member \"m/x\" is there twice");
    EXPECT_NE(refusal({{std::string(600, 'n'), "1"}}), "accepted");
    // A name in the list that is not the one before the bytes, and lengths that differ.
    EXPECT_NE(refusalWith("PK\x01\x02", "PK\x01\x03"), "accepted");
    writeZip(m_file, goodMembers());
    const std::string whole = TemporaryFolder::read(m_file);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        m_folder.write("m.bin", whole.substr(0, size));
        EXPECT_NE(refusal(), "accepted") << size;
    }
}

TEST_F(TorchFileTest, AFileThatBecomesShorterIsAnError)
{
    writeZip(m_file, goodMembers());
    const auto file = TorchFile::open(m_file);
    ASSERT_TRUE(file) << file.error().message;
    std::filesystem::resize_file(m_file, 10);
    std::array<std::byte, 24> bytes = {};
    const Status read = file->read(file->tensors()[0], 0, bytes);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message,
        m_file.string() + ": tensor \"all\": has become shorter since it was opened");
}

} // namespace
} // namespace espalier
