// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/dtype.h"
#include "core/base/result.h"

#include <filesystem>

namespace espalier {

// The small files of an export. Errors: Resource for the disk; Refused, naming the file, for files
// of the parent's folder.

/// config.json, saying in which type weights are stored.
[[nodiscard]] Status writeConfigFile(
    const ModelConfig& config, Dtype dtype, const std::filesystem::path& folder);

/// Tokenizer, processor and generation files of the parent's folder, byte by byte but for the
/// numbers that follow sizes of the task that are not the folder's own: the tokenizer's longest
/// input, the processor's sizes of images. Byte language
/// models whose parent has no tokenizer get one, image models whose parent has no image processor
/// get their family's (pixels x become (x / 255 - 0.5) / 0.5, as core/data has it). True if the
/// folder then holds a tokenizer.
[[nodiscard]] Result<bool> writeProcessorFiles(const ModelConfig& config,
    const std::filesystem::path& parentFolder, const std::filesystem::path& folder);

/// Bytes of all files in a folder.
[[nodiscard]] std::int64_t bytesIn(const std::filesystem::path& folder);

} // namespace espalier
