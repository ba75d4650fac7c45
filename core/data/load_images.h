// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/image_processor.h"
#include "core/data/image_source.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace espalier {

struct LabelledFile
{
    std::filesystem::path file;
    std::int32_t label = 0;
};

/// Decodes images into memory as the processor fits them to the model, with all cores. Broken ones
/// are left out if `skipBroken`, and told of (Progress::tell). Errors: Refused, naming the first
/// broken file and how many there are, or if all of them are; Resource if they would take more than
/// 32 GiB; Cancelled.
[[nodiscard]] Result<std::shared_ptr<const ImageSource>> loadImages(
    const std::vector<LabelledFile>& files, const ImageProcessor& processor,
    const ModelShape& shape, bool skipBroken, const Progress& progress);

/// Refused unless the model reads 1 or 3 channels.
[[nodiscard]] Status checkChannels(const ModelShape& shape, const std::string& where);

} // namespace espalier
