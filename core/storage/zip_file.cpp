// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/zip_file.h"

#include "core/base/untrusted_text.h"

#include <fmt/format.h>
#include <minizip/unzip.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <memory>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace espalier {

namespace {

constexpr std::size_t kMaxMembers = 200'000;
constexpr std::size_t kLongestName = 512;
constexpr uLong kEncrypted = 1; ///< bit of the flags
constexpr uLong kStored = 0; ///< compression method

struct Closer
{
    void operator()(unzFile file) const
    {
        unzClose(file);
    }
};
using Archive = std::unique_ptr<std::remove_pointer_t<unzFile>, Closer>;

struct Found
{
    std::string name;
    ZipMember member;
};

Error problem(const std::filesystem::path& file, std::string_view what)
{
    return refused(fmt::format("{}: {}", file.string(), what));
}

Error memberProblem(
    const std::filesystem::path& file, std::string_view member, std::string_view what)
{
    return problem(file, fmt::format("member {} {}", inQuotes(member), what));
}

Result<Found> currentMember(
    unzFile archive, const std::filesystem::path& file, std::int64_t fileSize)
{
    unz_file_info64 info = {};
    std::array<char, kLongestName + 1> name = {};
    if (unzGetCurrentFileInfo64(archive, &info, name.data(), name.size(), nullptr, 0, nullptr, 0)
        != UNZ_OK)
        return problem(file, "its list of members is damaged");
    if (info.size_filename > kLongestName)
        return problem(file, "a member's name is too long");
    Found found{.name = std::string(name.data(), info.size_filename), .member = {}};
    if (info.compression_method != kStored || (info.flag & kEncrypted) != 0
        || info.compressed_size != info.uncompressed_size)
        return memberProblem(
            file, found.name, "is compressed or encrypted, wanted it stored as torch.save does");
    // Opening compares the list's entry with what stands before the bytes.
    if (unzOpenCurrentFile(archive) != UNZ_OK)
        return memberProblem(file, found.name, "is not where the list of members says");
    const ZPOS64_T begin = unzGetCurrentFileZStreamPos64(archive);
    unzCloseCurrentFile(archive);
    const auto size = static_cast<std::uint64_t>(fileSize);
    if (begin > size || info.uncompressed_size > size - begin)
        return memberProblem(file, found.name, "reaches beyond the end of the file");
    found.member = {.begin = static_cast<std::int64_t>(begin),
        .size = static_cast<std::int64_t>(info.uncompressed_size)};
    return found;
}

/// minizip takes archives that lack the last bytes of their closing record.
bool endsWhole(const std::filesystem::path& file, std::uintmax_t fileSize)
{
    constexpr std::uintmax_t kRecordBytes = 22; // of an archive without a comment
    if (fileSize < kRecordBytes)
        return false;
    std::ifstream bytes(file, std::ios::binary);
    std::array<char, 4> mark = {};
    bytes.seekg(static_cast<std::streamoff>(fileSize - kRecordBytes));
    bytes.read(mark.data(), mark.size());
    return bytes && std::string_view(mark.data(), mark.size()) == "PK\x05\x06";
}

Status checkApart(std::vector<Found> members, const std::filesystem::path& file)
{
    std::sort(members.begin(), members.end(), [](const Found& a, const Found& b) {
        return std::pair(a.member.begin, a.member.size) < std::pair(b.member.begin, b.member.size);
    });
    for (std::size_t i = 1; i < members.size(); ++i)
        if (members[i - 1].member.begin + members[i - 1].member.size > members[i].member.begin)
            return memberProblem(file, members[i].name, "overlaps another one");
    return {};
}

} // namespace

Result<std::map<std::string, ZipMember>> readStoredZip(const std::filesystem::path& file)
{
    std::error_code failed;
    const std::uintmax_t fileSize = std::filesystem::file_size(file, failed);
    const Archive archive(failed ? nullptr : unzOpen64(file.c_str()));
    if (!archive || !std::in_range<std::int64_t>(fileSize))
        return problem(file, "is not a zip archive");
    if (!endsWhole(file, fileSize))
        return problem(file, "is cut short, or carries a comment as torch.save never does");
    std::vector<Found> all;
    int state = unzGoToFirstFile(archive.get());
    for (; state == UNZ_OK; state = unzGoToNextFile(archive.get())) {
        auto found = currentMember(archive.get(), file, static_cast<std::int64_t>(fileSize));
        if (!found)
            return found.error();
        if (all.size() == kMaxMembers)
            return problem(file, fmt::format("has more than {} members", kMaxMembers));
        all.push_back(*std::move(found));
    }
    if (state != UNZ_END_OF_LIST_OF_FILE)
        return problem(file, "its list of members is damaged");
    if (Status apart = checkApart(all, file); !apart)
        return apart.error();
    std::map<std::string, ZipMember> members;
    for (const Found& found : all)
        if (!members.emplace(found.name, found.member).second)
            return memberProblem(file, found.name, "is there twice");
    return members;
}

} // namespace espalier
