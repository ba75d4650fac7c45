// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

#include <string_view>

namespace espalier {

// What the rows of the catalog are made of; one .cpp each (garden_dataset.cpp, …). For errors see
// Dataset::open.

/// 8 million characters for training, 400 000 of another seed for validation, whatever
/// validationShare says.
[[nodiscard]] Result<Dataset> openGarden(
    const DataSpec& spec, const ModelConfig& config, const Progress& progress);

/// 200 000 drawings for training, 10 000 of another seed for validation, drawn when they are read.
[[nodiscard]] Result<Dataset> openGlyphs(
    const DataSpec& spec, const ModelConfig& config, const Progress& progress);

[[nodiscard]] bool isPlainFile(std::string_view source);
[[nodiscard]] Result<Dataset> openText(
    const DataSpec& spec, const ModelConfig& config, const Progress& progress);

/// CIFAR-10's binary version: records of 1 label byte and 3 x 32 x 32 pixels
/// (https://www.cs.toronto.edu/~kriz/cifar.html).
[[nodiscard]] bool isCifar(std::string_view source);
[[nodiscard]] Result<Dataset> openCifar(
    const DataSpec& spec, const ModelConfig& config, const Progress& progress);

/// Classes are the folders' names in byte order; images of a class likewise.
[[nodiscard]] bool isFolder(std::string_view source);
[[nodiscard]] Result<Dataset> openImageFolder(
    const DataSpec& spec, const ModelConfig& config, const Progress& progress);

} // namespace espalier
