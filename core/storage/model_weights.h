// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tensors/stored_tensor.h"

#include <filesystem>
#include <vector>

namespace espalier {

/// All tensors of one safetensors file, none read yet. Errors: those of SafetensorsFile::open.
[[nodiscard]] Result<std::vector<StoredTensor>> openSafetensors(const std::filesystem::path& file);

/// Is there a file of weights that openModelWeights() would open?
[[nodiscard]] bool holdsModelWeights(const std::filesystem::path& folder);

/// All tensors of a model folder, none read yet: of the first that is there of model.safetensors,
/// its shards by model.safetensors.index.json, pytorch_model.bin, its shards by
/// pytorch_model.bin.index.json. Shards and their index are checked against each other both ways
/// (core/formats/shard_index.h); files lie in the folder or in the Hugging Face cache around it
/// (model_file.h). Errors: Refused, naming file, tensor, found and wanted.
[[nodiscard]] Result<std::vector<StoredTensor>> openModelWeights(
    const std::filesystem::path& folder);

} // namespace espalier
