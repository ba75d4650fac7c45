// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/image_planes.h"
#include "core/data/parts.h"

#include <cstdint>
#include <functional>
#include <string>

namespace espalier {

/// Many images of one size in a few files (CIFAR, MNIST).
struct PackedImages
{
    std::string name;
    std::int64_t classes = 0;
    bool givesTest = false; ///< beside the training part
    /// Sends every image of a part, in the order of the files.
    std::function<Status(Part part, const ImageSink& sink)> read;
};

/// A dataset of the model's image size, all in memory; without a test part every n-th image is for
/// validation. Errors: as Dataset::open.
[[nodiscard]] Result<Dataset> openPackedImages(
    const PackedImages& images, const DataRequest& request, const Progress& progress);

} // namespace espalier
