// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/result.h"

#include <filesystem>

namespace espalier::bench {

/// A folder beside the system's temporary files that is gone with the object.
class ScratchFolder
{
public:
    ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder();
    [[nodiscard]] const std::filesystem::path& path() const
    {
        return m_path;
    }

private:
    std::filesystem::path m_path;
};

/// Heads of 32, an MLP four times as wide, 8192 tokens.
[[nodiscard]] ModelConfig gpt2Config(std::int64_t layers, std::int64_t hidden);

/// A GPT-2 layout of 12 x 768 with fresh weights, 370 MB.
[[nodiscard]] Status writeFreshModel(const std::filesystem::path& folder);

/// A GPT-2 layout of 166 x 1120, 10 GB in eight shards of 2 000 tensors, whose bytes were never
/// written: the files are holes behind their headers and take no room.
[[nodiscard]] Status writeSparseModel(const std::filesystem::path& folder);

} // namespace espalier::bench
