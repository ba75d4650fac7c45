// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/mapped_file.h"

#include "core/storage/file_state.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace espalier {

namespace {

/// Closes unless somebody has taken the number.
struct Descriptor
{
    int number = -1;
    [[nodiscard]] int take()
    {
        return std::exchange(number, -1);
    }
    ~Descriptor()
    {
        if (number >= 0)
            ::close(number);
    }
};

std::string lastProblem()
{
    return std::generic_category().message(errno);
}

} // namespace

Result<MappedFile> MappedFile::map(const std::filesystem::path& path)
{
    // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
    Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number < 0)
        return refused(fmt::format("{}: cannot be opened: {}", path.string(), lastProblem()));
    struct stat status = {};
    if (::fstat(file.number, &status) != 0)
        return refused(fmt::format("{}: cannot be examined: {}", path.string(), lastProblem()));
    if (!S_ISREG(status.st_mode))
        return refused(fmt::format("{}: {}, wanted a file", path.string(),
            S_ISDIR(status.st_mode) ? "is a folder" : "is not a regular file"));
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0)
        return MappedFile({}, file.take());
    void* const start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number, 0);
    if (start == MAP_FAILED)
        return outOfResource(
            fmt::format("{}: {} bytes cannot be mapped: {}", path.string(), size, lastProblem()));
    return MappedFile({static_cast<const std::byte*>(start), size}, file.take());
}

MappedFile::MappedFile(std::span<const std::byte> bytes, int descriptor)
    : m_bytes(bytes)
    , m_descriptor(descriptor)
    , m_state(fileStateOf(descriptor))
{
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : m_bytes(std::exchange(other.m_bytes, {}))
    , m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_state(std::move(other.m_state))
{
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept
{
    std::swap(m_bytes, other.m_bytes);
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_state, other.m_state);
    return *this;
}

MappedFile::~MappedFile()
{
    if (!m_bytes.empty())
        ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Status MappedFile::read(std::int64_t begin, std::span<std::byte> target) const
{
    while (!target.empty()) {
        const ssize_t got = ::pread(m_descriptor, target.data(), target.size(), begin);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return outOfResource(fmt::format("cannot be read: {}", lastProblem()));
        if (got == 0)
            return refused("has become shorter since it was opened");
        begin += got;
        target = target.subspan(static_cast<std::size_t>(got));
    }
    return {};
}

} // namespace espalier
