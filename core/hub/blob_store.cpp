// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/blob_store.h"

#include "core/base/untrusted_text.h"
#include "core/hub/file_lock.h"
#include "core/hub/partial_file.h"
#include "core/storage/atomic_file.h"
#include "core/storage/content_hash.h"
#include "core/storage/hub_cache.h"

#include <fmt/format.h>

#include <system_error>

namespace espalier {

namespace {

Status makeFolder(const std::filesystem::path& folder)
{
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        return outOfResource(
            fmt::format("{}: cannot be made: {}", folder.string(), failed.message()));
    return {};
}

Result<bool> hasAdvertisedHash(
    const std::filesystem::path& path, const RemoteFile& file, const Progress& progress)
{
    // Hashing is quick beside the network: the bar of the download stays where it is.
    const Progress stopOnly{.report = {}, .stop = progress.stop};
    const Result<std::string> found =
        file.hash.size() == 64 ? sha256OfFile(path, stopOnly) : gitBlobHashOfFile(path, stopOnly);
    if (!found)
        return found.error();
    return *found == file.hash;
}

} // namespace

BlobStore::BlobStore(const std::filesystem::path& cache, const HubName& name)
    : m_name(name)
    , m_folder(cache / hubFolderName(name.repository))
    , m_locks(cache / ".locks" / hubFolderName(name.repository))
{
}

std::filesystem::path BlobStore::snapshot(const std::string& commit) const
{
    return m_folder / "snapshots" / commit;
}

std::filesystem::path BlobStore::blob(const RemoteFile& file) const
{
    return m_folder / "blobs" / file.hash;
}

std::filesystem::path BlobStore::partial(const RemoteFile& file) const
{
    return m_folder / "blobs" / (file.hash + ".incomplete");
}

Status BlobStore::prepare() const
{
    for (const std::filesystem::path& folder : {m_folder / "blobs", m_locks})
        if (const Status made = makeFolder(folder); !made)
            return made;
    return {};
}

std::int64_t BlobStore::missingBytes(const RemoteFile& file) const
{
    std::error_code failed;
    if (std::filesystem::exists(blob(file), failed))
        return 0;
    const std::uintmax_t arrived = std::filesystem::file_size(partial(file), failed);
    const auto whole = static_cast<std::uintmax_t>(file.bytes);
    return failed || arrived > whole ? file.bytes : static_cast<std::int64_t>(whole - arrived);
}

Status BlobStore::fetch(HubClient& client, const RemoteFile& file, const Progress& progress) const
{
    const Result<FileLock> lock = FileLock::wait(m_locks / (file.hash + ".lock"), progress);
    if (!lock)
        return lock.error();
    std::error_code failed;
    if (std::filesystem::exists(blob(file), failed))
        return {};
    return fetchLocked(client, file, progress);
}

Status BlobStore::fetchLocked(
    HubClient& client, const RemoteFile& file, const Progress& progress) const
{
    Result<PartialFile> arriving = PartialFile::open(partial(file));
    if (!arriving)
        return arriving.error();
    // What an earlier program left may be spoiled; only then a second try makes sense.
    for (bool resumed = arriving->length() > 0;; resumed = false) {
        if (const Status got = client.download(file, *arriving, progress); !got)
            return got;
        const Result<bool> genuine = hasAdvertisedHash(partial(file), file, progress);
        if (!genuine)
            return genuine.error();
        if (*genuine)
            return arriving->moveTo(blob(file));
        if (const Status again = arriving->restart(); !again)
            return again;
        if (!resumed)
            break;
    }
    std::error_code ignored;
    std::filesystem::remove(partial(file), ignored);
    return refused(
        fmt::format("{}: {}: what arrived does not have the advertised hash {}; nothing was kept",
            textOf(m_name), printable(file.name), file.hash));
}

Status BlobStore::link(const RemoteFile& file, const std::string& commit) const
{
    const std::filesystem::path name = snapshot(commit) / file.name;
    if (const Status made = makeFolder(snapshot(commit)); !made)
        return made;
    std::error_code failed;
    if (std::filesystem::exists(name, failed))
        return {};
    std::filesystem::remove(name, failed); // a link whose blob somebody deleted
    const std::filesystem::path target = std::filesystem::path("../../blobs") / file.hash;
    std::filesystem::create_symlink(target, name, failed);
    if (failed && failed != std::errc::file_exists)
        return outOfResource(
            fmt::format("{}: cannot be made: {}", name.string(), failed.message()));
    return {};
}

Status BlobStore::writeRef(const std::string& revision, const std::string& commit) const
{
    if (revision == commit)
        return {};
    const std::filesystem::path file = m_folder / "refs" / revision;
    if (const Status made = makeFolder(file.parent_path()); !made)
        return made;
    return writeFileAtomically(file, commit);
}

} // namespace espalier
