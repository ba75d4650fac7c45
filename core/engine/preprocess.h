// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model.h"

#include <filesystem>

namespace espalier {

/// Writes a JPEG or PNG file as `pixel_values` [1, channels, height, width], fp32: what the model's
/// own image processor makes of it (core/data/image_processor.h) and forwardFile() reads.
/// Errors: Refused: a model of text, a broken picture or processor file; Resource.
[[nodiscard]] Status preprocessImage(
    const Model& model, const std::filesystem::path& image, const std::filesystem::path& output);

} // namespace espalier
