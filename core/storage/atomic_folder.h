// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace espalier {

/// An output folder that appears whole or not at all. Its files are written into workPath(), a
/// hidden folder beside the target, which commit() renames; without a commit the destructor removes
/// it and the parents it had to make. A program that is killed leaves its work folder behind; the
/// next one that prepares the same target removes it. (Work folders of living programs are known by
/// their locks; on file systems without locks nothing is removed.)
class AtomicFolder
{
public:
    /// `target` must not exist yet, or be an empty folder; missing parents are made.
    /// Errors: Refused if it holds something or is a file; Resource, naming the path, if it cannot
    /// be made.
    [[nodiscard]] static Result<AtomicFolder> prepare(const std::filesystem::path& target);

    AtomicFolder(AtomicFolder&& other) noexcept;
    AtomicFolder& operator=(AtomicFolder&& other) noexcept;
    ~AtomicFolder();

    /// Where to write until commit(), and to read the result back.
    [[nodiscard]] const std::filesystem::path& workPath() const
    {
        return m_workPath;
    }
    /// Absolute, links resolved.
    [[nodiscard]] const std::filesystem::path& target() const
    {
        return m_target;
    }

    /// The last call: brings every file to the disk and puts the folder in place.
    /// Errors: Refused if something has appeared at the target meanwhile, Resource for the disk;
    /// the folder is then removed.
    [[nodiscard]] Status commit();

private:
    AtomicFolder(std::filesystem::path target, std::filesystem::path workPath, int lock,
        std::filesystem::path lastOldParent);

    std::filesystem::path m_target;
    std::filesystem::path m_workPath; ///< empty once committed or moved from
    int m_lock = -1; ///< descriptor of the work folder, locked
    std::filesystem::path m_lastOldParent; ///< the deepest parent that was there before
};

} // namespace espalier
