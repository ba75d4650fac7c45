// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/scratch_file.h"

#include "core/storage/sibling_name.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace espalier {

namespace {

std::string systemMessage(int number)
{
    return std::generic_category().message(number);
}

/// Some file systems have no files without a name: there it loses the one that it has.
int openWithoutName(const std::filesystem::path& folder)
{
    int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    for (int attempt = 0; descriptor < 0 && attempt < kSiblingAttempts; ++attempt) {
        const std::filesystem::path name = siblingName(folder / "scratch", attempt);
        descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (descriptor >= 0)
            ::unlink(name.c_str());
        else if (errno != EEXIST)
            break;
    }
    return descriptor;
}

} // namespace

ScratchFile::ScratchFile(std::filesystem::path folder, int descriptor)
    : m_folder(std::move(folder))
    , m_descriptor(descriptor)
{
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : m_folder(std::move(other.m_folder))
    , m_descriptor(std::exchange(other.m_descriptor, -1))
{
}

ScratchFile& ScratchFile::operator=(ScratchFile&& other) noexcept
{
    std::swap(m_folder, other.m_folder);
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

ScratchFile::~ScratchFile()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<ScratchFile> ScratchFile::create(const std::filesystem::path& folder)
{
    std::error_code failed;
    std::filesystem::create_directories(folder, failed); // what is wrong with it shows below
    const int descriptor = openWithoutName(folder);
    if (descriptor < 0)
        return outOfResource(
            fmt::format("{}: cannot be written to: {}", folder.string(), systemMessage(errno)));
    return ScratchFile(folder, descriptor);
}

Error ScratchFile::problem(std::string_view what) const
{
    return outOfResource(fmt::format("{}: scratch file: {}", m_folder.string(), what));
}

Status ScratchFile::write(std::int64_t begin, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(m_descriptor, bytes.data(), bytes.size(), begin);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return problem(written < 0 ? systemMessage(errno) : "nothing more could be written");
        begin += written;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Status ScratchFile::read(std::int64_t begin, std::span<std::byte> target) const
{
    while (!target.empty()) {
        const ssize_t read = ::pread(m_descriptor, target.data(), target.size(), begin);
        if (read < 0 && errno == EINTR)
            continue;
        if (read <= 0)
            return problem(read < 0 ? systemMessage(errno) : "it ends before what is read");
        begin += read;
        target = target.subspan(static_cast<std::size_t>(read));
    }
    return {};
}

} // namespace espalier
