// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_files.h"

#include "core/architectures/catalog.h"
#include "core/storage/file_bytes.h"
#include "core/storage/model_file.h"

#include <cstdint>
#include <vector>

namespace espalier {

Result<std::string> readConfigText(const std::filesystem::path& folder)
{
    constexpr std::uintmax_t kMaxConfigBytes = std::uintmax_t{16} << 20;
    const Result<std::filesystem::path> file = resolveModelFile(folder, kConfigFile);
    if (!file)
        return file.error();
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(*file, kMaxConfigBytes);
    if (!bytes)
        return bytes.error();
    return std::string(bytes->begin(), bytes->end());
}

std::optional<ModelShape> ownShapeOf(const std::filesystem::path& folder)
{
    if (folder.empty())
        return std::nullopt;
    const Result<std::string> text = readConfigText(folder);
    if (!text)
        return std::nullopt;
    const Result<ModelConfig> config = readModelConfig(*text, kConfigFile);
    return config ? std::optional(config->shape) : std::nullopt;
}

} // namespace espalier
