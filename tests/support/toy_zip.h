// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <minizip/zip.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace espalier::test {

/// A zip archive of these members; `method` 0 stores them, 8 compresses.
inline void writeZip(const std::filesystem::path& file,
    const std::vector<std::pair<std::string, std::string>>& members, int method = 0)
{
    std::filesystem::create_directories(file.parent_path());
    const zipFile archive = zipOpen64(file.c_str(), APPEND_STATUS_CREATE);
    ASSERT_NE(archive, nullptr);
    for (const auto& [name, bytes] : members) {
        const zip_fileinfo info = {};
        ASSERT_EQ(zipOpenNewFileInZip64(
                      archive, name.c_str(), &info, nullptr, 0, nullptr, 0, nullptr, method, 9, 0),
            ZIP_OK);
        ASSERT_EQ(zipWriteInFileInZip(archive, bytes.data(), static_cast<unsigned>(bytes.size())),
            ZIP_OK);
        ASSERT_EQ(zipCloseFileInZip(archive), ZIP_OK);
    }
    ASSERT_EQ(zipClose(archive, nullptr), ZIP_OK);
}

} // namespace espalier::test
