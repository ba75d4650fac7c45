// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/hub/hub_client.h"

#include <filesystem>

namespace espalier {

/// One repository in Hugging Face's cache, as its own tools lay it out and find it again:
///
///     models--ORG--NAME/blobs/<hash>                contents, <hash>.incomplete while they arrive
///     models--ORG--NAME/snapshots/<commit>/<file>   -> ../../blobs/<hash>
///     models--ORG--NAME/refs/<revision>             holds a commit
///     .locks/models--ORG--NAME/<hash>.lock          one program fetches a blob, others wait
///
/// A blob has its final name only when its contents have that hash.
class BlobStore
{
public:
    BlobStore(const std::filesystem::path& cache, const HubName& name);

    /// Makes the folders. Errors: Resource, naming the path.
    [[nodiscard]] Status prepare() const;

    /// Bytes of the file that are still to come.
    [[nodiscard]] std::int64_t missingBytes(const RemoteFile& file) const;

    /// Fetches the file unless it is there, waiting for whoever is fetching it already.
    /// Errors: the client's; Refused if the contents do not have the advertised hash (nothing is
    /// kept); Cancelled, and the next start goes on from there.
    [[nodiscard]] Status fetch(
        HubClient& client, const RemoteFile& file, const Progress& progress) const;

    /// Puts the file into a snapshot.
    [[nodiscard]] Status link(const RemoteFile& file, const std::string& commit) const;

    /// Remembers what a branch or tag stands for.
    [[nodiscard]] Status writeRef(const std::string& revision, const std::string& commit) const;

    [[nodiscard]] std::filesystem::path snapshot(const std::string& commit) const;
    [[nodiscard]] const std::filesystem::path& folder() const
    {
        return m_folder;
    }

private:
    [[nodiscard]] std::filesystem::path blob(const RemoteFile& file) const;
    [[nodiscard]] std::filesystem::path partial(const RemoteFile& file) const;
    [[nodiscard]] Status fetchLocked(
        HubClient& client, const RemoteFile& file, const Progress& progress) const;

    const HubName& m_name;
    std::filesystem::path m_folder;
    std::filesystem::path m_locks;
};

} // namespace espalier
