// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/formats/safetensors_layout.h"
#include "core/storage/atomic_file.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace espalier {

/// Bytes of a tensor and what they live in.
struct SourceBytes
{
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner = {}; ///< null: they stay until all is written
};

/// A tensor and the function that produces its bytes (little-endian, row-major, exactly as many as
/// dtype and shape need). Called once, when its turn has come, on the thread that writes the file,
/// while the bytes of the one before are on their way to the disk: a writer of a large model needs
/// the memory of two tensors.
struct TensorSource
{
    TensorSpec spec;
    std::function<Result<SourceBytes>()> bytes;
};

/// Writes a safetensors file that appears whole or not at all (atomic_file.h); a mapped file of the
/// same name stays as it was for its readers. The same tensors and metadata always give the same
/// bytes. Errors: Refused for names or shapes that cannot be written, Resource for the disk (need
/// and have), Cancelled, and whatever a source returns. Nothing is left behind then.
[[nodiscard]] Status writeSafetensors(const std::filesystem::path& target,
    std::span<const TensorSource> tensors, const std::map<std::string, std::string>& metadata = {},
    const Progress& progress = {}, AtomicFile::Lasting lasting = AtomicFile::Lasting::AtOnce);

} // namespace espalier
