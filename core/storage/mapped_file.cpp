// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/mapped_file.h"

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

/// Closes on every way out; the mapping does not need the descriptor any more.
struct Descriptor
{
    int number = -1;
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
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
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
        return MappedFile({});
    void* const start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number, 0);
    if (start == MAP_FAILED)
        return outOfResource(
            fmt::format("{}: {} bytes cannot be mapped: {}", path.string(), size, lastProblem()));
    return MappedFile({static_cast<const std::byte*>(start), size});
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : m_bytes(std::exchange(other.m_bytes, {}))
{
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept
{
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

MappedFile::~MappedFile()
{
    if (!m_bytes.empty())
        ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
}

} // namespace espalier
