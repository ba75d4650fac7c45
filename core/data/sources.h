// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

#include <string_view>

namespace espalier {

// What the rows of the catalog are made of; one .cpp each (garden_dataset.cpp, …). For errors see
// Dataset::open.

/// 8 million characters for training, 400 000 of another seed for validation, whatever
/// validationShare says.
[[nodiscard]] Result<Dataset> openGarden(const DataRequest& request, const Progress& progress);

/// 200 000 drawings for training, 10 000 of another seed for validation, drawn when they are read.
[[nodiscard]] Result<Dataset> openGlyphs(const DataRequest& request, const Progress& progress);

/// One document, or one per line of JSON lines.
[[nodiscard]] bool isPlainFile(std::string_view source);
[[nodiscard]] bool isJsonLinesFile(std::string_view source);
[[nodiscard]] Result<Dataset> openText(const DataRequest& request, const Progress& progress);

/// Texts below a folder; those in folders, or in files, named train, validation and test are these
/// parts (core/data/parts.h).
[[nodiscard]] Result<Dataset> openTextFolder(const DataRequest& request, const Progress& progress);

/// A file data_batch_N.bin, or a folder of those with test_batch.bin (core/data/cifar_records.h).
[[nodiscard]] bool isCifar10(std::string_view source);
[[nodiscard]] Result<Dataset> openCifar10(const DataRequest& request, const Progress& progress);

/// A folder with train.bin and test.bin, or one such file; the coarse labels for a model of 20
/// classes.
[[nodiscard]] bool isCifar100(std::string_view source);
[[nodiscard]] Result<Dataset> openCifar100(const DataRequest& request, const Progress& progress);

/// A folder with MNIST's idx files, packed or not (core/data/idx.h); t10k is the test part. As many
/// classes as the training labels count.
[[nodiscard]] bool isMnist(std::string_view source);
[[nodiscard]] Result<Dataset> openMnist(const DataRequest& request, const Progress& progress);

/// Classes are the folders' names in byte order; images of a class likewise. Images that lie in no
/// such folders have no labels.
[[nodiscard]] bool isFolder(std::string_view source);
[[nodiscard]] Result<Dataset> openImageFolder(const DataRequest& request, const Progress& progress);

} // namespace espalier
