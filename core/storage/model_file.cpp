// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/model_file.h"

#include "core/base/untrusted_text.h"
#include "core/formats/shard_index.h"
#include "core/storage/content_hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace espalier {

namespace {

/// Both canonical.
bool isInside(const std::filesystem::path& file, const std::filesystem::path& folder)
{
    const auto [folderEnd, filePart] =
        std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return folderEnd == folder.end() && filePart != file.end();
}

/// <repository>/blobs/<hash>, or <cache>/blobs/<its first two digits>/<hash>, which newer versions
/// share between repositories.
bool isInHuggingFaceBlobs(const std::filesystem::path& file, const std::filesystem::path& folder)
{
    const std::filesystem::path snapshots = folder.parent_path();
    const std::filesystem::path repository = snapshots.parent_path();
    const std::string name = file.filename().string();
    return snapshots.filename() == "snapshots"
        && (file.parent_path() == repository / "blobs"
            || (isSha256(name)
                && file.parent_path() == repository.parent_path() / "blobs" / name.substr(0, 2)));
}

} // namespace

Result<std::filesystem::path> resolveModelFile(
    const std::filesystem::path& folder, std::string_view fileName)
{
    if (!isPlainFileName(fileName))
        return refused(fmt::format("{}: {} is not the plain name of a file in this folder",
            folder.string(), inQuotes(fileName)));
    std::error_code failed;
    const std::filesystem::path home = std::filesystem::canonical(folder, failed);
    const std::filesystem::path named = folder / fileName;
    const std::filesystem::path file =
        failed ? std::filesystem::path() : std::filesystem::canonical(named, failed);
    if (failed)
        return refused(fmt::format("{}: {}", named.string(), failed.message()));
    if (!std::filesystem::is_regular_file(file, failed))
        return refused(fmt::format("{}: is not a regular file", named.string()));
    if (!isInside(file, home) && !isInHuggingFaceBlobs(file, home))
        return refused(
            fmt::format("{}: links to {}, outside its folder; copy the file here instead",
                named.string(), printable(file.string())));
    return file;
}

} // namespace espalier
