// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/dtype.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/engine/model_impl.h"
#include "core/storage/room.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace espalier {

/// What writing safetensors and reading them back needs: the files, and copies of the largest
/// tensor. Of an .h5: the whole model as fp32 twice.
[[nodiscard]] Need needOfSafetensors(const Model::Impl& model, Dtype dtype);
[[nodiscard]] Need needOfHdf5(const Model::Impl& model);

/// What was written: a digest (XXH3) of each tensor's bytes, by name.
using WrittenTensors = std::map<std::string, std::uint64_t>;

/// Writes model.safetensors, or, if the tensors have more than `maxShardBytes` together, shards of
/// at most that (a larger tensor gets one of its own) with model.safetensors.index.json, named as
/// Hugging Face's tools do. One tensor is in memory at a time, made when its turn has come.
/// Errors: Refused if a finite weight would become infinite in this type; Resource; Cancelled.
[[nodiscard]] Result<WrittenTensors> writeSafetensorsModel(const Model::Impl& model, Dtype dtype,
    std::int64_t maxShardBytes, const std::filesystem::path& folder, const Progress& progress);

/// Reads a folder back as any model folder is read and compares every tensor. Errors: Resource,
/// naming the tensor whose bytes are others; Cancelled.
[[nodiscard]] Status checkSafetensorsModel(
    const WrittenTensors& written, const std::filesystem::path& folder, const Progress& progress);

/// Writes model.h5 (core/storage/weights_file.h), reads it back and compares. Errors: Resource,
/// Cancelled.
[[nodiscard]] Status writeHdf5Model(
    const Model::Impl& model, const std::filesystem::path& folder, const Progress& progress);

} // namespace espalier
