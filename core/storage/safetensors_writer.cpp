// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/safetensors_writer.h"

#include "core/base/untrusted_text.h"
#include "core/storage/atomic_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace espalier {

namespace {

/// Large tensors go out in pieces so that Cancel is answered in time.
constexpr std::size_t kCancelPieceBytes = std::size_t{32} << 20;

Status writePieces(AtomicFile& file, std::span<const std::byte> bytes, const Progress& progress)
{
    while (!bytes.empty()) {
        if (progress.stopRequested())
            return cancelled();
        const std::size_t piece = std::min(bytes.size(), kCancelPieceBytes);
        if (Status written = file.write(bytes.first(piece)); !written)
            return written;
        bytes = bytes.subspan(piece);
    }
    return {};
}

Status writeTensor(
    AtomicFile& file, const TensorSource& tensor, std::int64_t sizeBytes, const Progress& progress)
{
    const auto bytes = tensor.bytes();
    if (!bytes)
        return bytes.error();
    ESPALIER_EXPECT(std::cmp_equal(bytes->size(), sizeBytes),
        "a source yields as many bytes as its shape needs");
    return writePieces(file, *bytes, progress);
}

} // namespace

Status writeSafetensors(const std::filesystem::path& target, std::span<const TensorSource> tensors,
    const std::map<std::string, std::string>& metadata, const Progress& progress)
{
    std::vector<TensorSpec> specs;
    for (const TensorSource& tensor : tensors)
        specs.push_back(tensor.spec);
    const auto layout = layOutSafetensors(specs, metadata, target.string());
    if (!layout)
        return layout.error();
    auto file = AtomicFile::create(target, layout->fileSize);
    if (!file)
        return file.error();
    if (Status written = file->write(std::as_bytes(std::span(layout->header))); !written)
        return written;
    for (const std::size_t i : layout->order) {
        if (progress.stopRequested())
            return cancelled();
        const double done =
            static_cast<double>(layout->begins[i]) / static_cast<double>(layout->fileSize);
        progress(done, fmt::format("writing {}", printable(tensors[i].spec.name)));
        if (Status written = writeTensor(*file, tensors[i], layout->sizes[i], progress); !written)
            return written;
    }
    return file->commit();
}

} // namespace espalier
