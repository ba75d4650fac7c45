// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct evp_md_ctx_st; // OpenSSL's, of <openssl/types.h>

namespace espalier {

/// SHA-256 of bytes that come piece by piece.
class Sha256
{
public:
    Sha256();
    void add(std::span<const std::byte> bytes);
    /// Once, at the end: 64 lower-case hexadecimal digits, as sha256sum prints them.
    [[nodiscard]] std::string hexDigits();

private:
    std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> m_context;
};

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits, as sha256sum prints it.
[[nodiscard]] std::string sha256OfBytes(std::span<const std::byte> bytes);

/// Could the text be a SHA-256 as these functions write it?
[[nodiscard]] bool isSha256(std::string_view text);

/// SHA-256 of the bytes of one file, or of several one after another.
/// Errors: Refused, naming the file that cannot be read; Cancelled.
[[nodiscard]] Result<std::string> sha256OfFile(
    const std::filesystem::path& path, const Progress& progress = {});
[[nodiscard]] Result<std::string> sha256OfFiles(
    const std::vector<std::filesystem::path>& paths, const Progress& progress = {});

/// Git's name for the file's contents: SHA-1 of "blob <size>" NUL <bytes>, 40 digits. The Hub
/// advertises it for small files. Errors: as above.
[[nodiscard]] Result<std::string> gitBlobHashOfFile(
    const std::filesystem::path& path, const Progress& progress = {});

} // namespace espalier
