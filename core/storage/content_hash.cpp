// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/content_hash.h"

#include "core/base/expect.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <memory>
#include <system_error>

namespace espalier {

namespace {

constexpr std::size_t kReadBytes = std::size_t{4} << 20;

using Context = std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)>;

/// OpenSSL's calls fail only without memory or without the algorithm: not on any input.
Context begin(const EVP_MD* algorithm)
{
    Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    ESPALIER_EXPECT(context && EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1,
        "OpenSSL has the algorithm");
    return context;
}

void add(const Context& context, std::span<const std::byte> bytes)
{
    ESPALIER_EXPECT(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1,
        "a digest takes any bytes");
}

std::string hexDigits(const Context& context)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
    unsigned int size = 0;
    ESPALIER_EXPECT(
        EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1, "a digest ends once");
    std::string text;
    for (const unsigned char byte : std::span(digest).first(size))
        text += fmt::format("{:02x}", byte);
    return text;
}

/// How far a walk over several files has come.
struct Walk
{
    std::uintmax_t totalBytes = 0;
    std::uintmax_t doneBytes = 0;
    const Progress& progress;
};

Status addFile(
    const Context& hash, const std::filesystem::path& path, std::vector<char>& buffer, Walk& walk)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return refused(fmt::format("{}: cannot be opened for reading", path.string()));
    while (file) {
        if (walk.progress.stopRequested())
            return cancelled();
        file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        const auto count = static_cast<std::size_t>(file.gcount());
        add(hash, std::as_bytes(std::span(buffer).first(count)));
        walk.doneBytes += count;
        const double fraction = walk.totalBytes > 0
            ? static_cast<double>(walk.doneBytes) / static_cast<double>(walk.totalBytes)
            : 1.0;
        walk.progress(std::min(fraction, 1.0), "hashing " + path.filename().string());
    }
    if (file.bad())
        return refused(fmt::format("{}: cannot be read to its end", path.string()));
    return {};
}

} // namespace

Sha256::Sha256()
    : m_context(begin(EVP_sha256()))
{
}

void Sha256::add(std::span<const std::byte> bytes)
{
    espalier::add(m_context, bytes);
}

std::string Sha256::hexDigits()
{
    return espalier::hexDigits(m_context);
}

bool isSha256(std::string_view text)
{
    return text.size() == 64
        && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string sha256OfBytes(std::span<const std::byte> bytes)
{
    Sha256 hash;
    hash.add(bytes);
    return hash.hexDigits();
}

Result<std::string> sha256OfFile(const std::filesystem::path& path, const Progress& progress)
{
    return sha256OfFiles({path}, progress);
}

Result<std::string> sha256OfFiles(
    const std::vector<std::filesystem::path>& paths, const Progress& progress)
{
    Walk walk{.progress = progress};
    for (const std::filesystem::path& path : paths) {
        std::error_code failed;
        if (!std::filesystem::is_regular_file(path, failed))
            return refused(fmt::format("{}: is not a file that can be read", path.string()));
        const std::uintmax_t size = std::filesystem::file_size(path, failed);
        walk.totalBytes += failed ? 0 : size;
    }
    const Context hash = begin(EVP_sha256());
    std::vector<char> buffer(kReadBytes);
    for (const std::filesystem::path& path : paths)
        if (Status added = addFile(hash, path, buffer, walk); !added)
            return added.error();
    return hexDigits(hash);
}

Result<std::string> gitBlobHashOfFile(const std::filesystem::path& path, const Progress& progress)
{
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(path, failed);
    if (failed)
        return refused(fmt::format("{}: is not a file that can be read", path.string()));
    const Context hash = begin(EVP_sha1());
    std::string prefix = fmt::format("blob {}", size);
    prefix += '\0';
    add(hash, std::as_bytes(std::span(prefix)));
    Walk walk{.totalBytes = size, .progress = progress};
    std::vector<char> buffer(kReadBytes);
    if (Status added = addFile(hash, path, buffer, walk); !added)
        return added.error();
    return hexDigits(hash);
}

} // namespace espalier
