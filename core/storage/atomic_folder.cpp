// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/atomic_folder.h"

#include "core/storage/sibling_name.h"
#include "core/storage/sync_to_disk.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace espalier {

namespace {

namespace fs = std::filesystem;

Error cannotMake(const fs::path& path, const std::error_code& why)
{
    return outOfResource(fmt::format("{}: cannot be made: {}", path.string(), why.message()));
}

/// Absolute, without a trailing separator, links resolved: rename() does not replace a link to a
/// folder.
Result<fs::path> resolveTarget(const fs::path& target)
{
    std::error_code failed;
    fs::path whole = fs::weakly_canonical(fs::absolute(target, failed), failed).lexically_normal();
    if (failed)
        return cannotMake(target, failed);
    if (!whole.has_filename())
        whole = whole.parent_path();
    return whole;
}

Status checkVacant(const fs::path& target)
{
    std::error_code failed;
    const fs::file_status status = fs::status(target, failed);
    if (!fs::exists(status))
        return {};
    if (!fs::is_directory(status))
        return refused(fmt::format("{}: is a file, wanted a new or empty folder", target.string()));
    const bool isEmpty = fs::is_empty(target, failed);
    if (failed)
        return cannotMake(target, failed);
    if (!isEmpty)
        return refused(fmt::format(
            "{}: already holds something, wanted a new or empty folder", target.string()));
    return {};
}

fs::path deepestExisting(fs::path path)
{
    std::error_code failed;
    while (!fs::exists(path, failed) && path.has_relative_path())
        path = path.parent_path();
    return path;
}

/// Removes the empty folders from `path` up to, but not including, `last`.
void removeEmptyParents(fs::path path, const fs::path& last)
{
    std::error_code failed;
    while (path != last && path.has_relative_path() && fs::remove(path, failed) && !failed)
        path = path.parent_path();
}

Status syncTree(const fs::path& folder)
{
    std::error_code failed;
    for (auto entry = fs::recursive_directory_iterator(folder, failed);
         !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed))
        if (entry->is_regular_file(failed) || entry->is_directory(failed))
            if (Status synced = syncToDisk(entry->path()); !synced)
                return synced;
    if (failed)
        return cannotMake(folder, failed);
    return syncToDisk(folder);
}

/// A descriptor that holds the folder's lock; -1 if another program does, or there are no locks.
int lockFolder(const fs::path& folder)
{
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0 || ::flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        return descriptor;
    ::close(descriptor);
    return -1;
}

/// Removes what killed programs left beside the target. Failures don't matter: such folders are
/// hidden.
void removeLeftovers(const fs::path& target)
{
    std::error_code failed;
    std::vector<fs::path> leftovers;
    for (auto entry = fs::directory_iterator(target.parent_path(), failed);
         !failed && entry != fs::directory_iterator(); entry.increment(failed))
        if (isSiblingOf(target, entry->path()) && entry->is_directory(failed))
            leftovers.push_back(entry->path());
    for (const fs::path& leftover : leftovers) {
        const int lock = lockFolder(leftover);
        if (lock < 0)
            continue;
        fs::remove_all(leftover, failed);
        ::close(lock);
    }
}

} // namespace

AtomicFolder::AtomicFolder(fs::path target, fs::path workPath, int lock, fs::path lastOldParent)
    : m_target(std::move(target))
    , m_workPath(std::move(workPath))
    , m_lock(lock)
    , m_lastOldParent(std::move(lastOldParent))
{
}

AtomicFolder::AtomicFolder(AtomicFolder&& other) noexcept
    : m_target(std::move(other.m_target))
    , m_workPath(std::exchange(other.m_workPath, {}))
    , m_lock(std::exchange(other.m_lock, -1))
    , m_lastOldParent(std::move(other.m_lastOldParent))
{
}

AtomicFolder& AtomicFolder::operator=(AtomicFolder&& other) noexcept
{
    std::swap(m_target, other.m_target);
    std::swap(m_workPath, other.m_workPath);
    std::swap(m_lock, other.m_lock);
    std::swap(m_lastOldParent, other.m_lastOldParent);
    return *this;
}

AtomicFolder::~AtomicFolder()
{
    if (m_lock >= 0)
        ::close(m_lock);
    if (m_workPath.empty())
        return;
    std::error_code
        failed; // a destructor has nobody to tell; what stays behind is hidden and named .partial
    fs::remove_all(m_workPath, failed);
    removeEmptyParents(m_target.parent_path(), m_lastOldParent);
}

Result<AtomicFolder> AtomicFolder::prepare(const fs::path& target)
{
    auto whole = resolveTarget(target);
    if (!whole)
        return whole.error();
    if (Status vacant = checkVacant(*whole); !vacant)
        return vacant.error();
    const fs::path parent = whole->parent_path();
    fs::path lastOldParent = deepestExisting(parent);
    std::error_code failed;
    fs::create_directories(parent, failed);
    if (failed) {
        removeEmptyParents(deepestExisting(parent), lastOldParent);
        return cannotMake(*whole, failed);
    }
    removeLeftovers(*whole);
    for (int attempt = 0; attempt < kSiblingAttempts; ++attempt) {
        fs::path workPath = siblingName(*whole, attempt);
        if (fs::create_directory(workPath, failed)) {
            const int lock = lockFolder(workPath);
            // Somebody may have taken it for a leftover before it was locked.
            if (fs::exists(workPath, failed))
                return AtomicFolder(*whole, std::move(workPath), lock, std::move(lastOldParent));
            if (lock >= 0)
                ::close(lock);
        }
        if (failed)
            break;
    }
    removeEmptyParents(parent, lastOldParent);
    return cannotMake(*whole, failed ? failed : std::make_error_code(std::errc::file_exists));
}

Status AtomicFolder::commit()
{
    ESPALIER_EXPECT(!m_workPath.empty(), "a folder is committed once");
    if (Status synced = syncTree(m_workPath); !synced)
        return synced;
    if (Status vacant = checkVacant(m_target); !vacant)
        return vacant;
    std::error_code failed;
    fs::rename(m_workPath, m_target, failed);
    if (failed)
        return outOfResource(
            fmt::format("{}: cannot be put in place: {}", m_target.string(), failed.message()));
    m_workPath.clear();
    return syncToDisk(m_target.parent_path());
}

} // namespace espalier
