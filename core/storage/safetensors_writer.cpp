// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/safetensors_writer.h"

#include "core/base/untrusted_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
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

/// Writes the bytes of one tensor after another while their owner makes the next.
class BehindWriter
{
public:
    BehindWriter(AtomicFile& file, const Progress& progress)
        : m_file(file)
        , m_progress(progress)
    {
    }

    /// Waits for the bytes before. Errors: theirs.
    Status add(SourceBytes source)
    {
        if (Status written = finish(); !written)
            return written;
        if (source.bytes.size() < kWorthAThread)
            return writePieces(m_file, source.bytes, m_progress);
        m_writing = std::async(std::launch::async, [this, source = std::move(source)] {
            return writePieces(m_file, source.bytes, m_progress);
        });
        return {};
    }

    /// Everything is in the file.
    Status finish()
    {
        return m_writing.valid() ? m_writing.get() : Status();
    }

private:
    static constexpr std::size_t kWorthAThread = std::size_t{1} << 20;

    AtomicFile& m_file;
    const Progress& m_progress;
    std::future<Status> m_writing; ///< waited for when it goes
};

Status writeTensor(BehindWriter& writer, const TensorSource& tensor, std::int64_t sizeBytes)
{
    auto source = tensor.bytes();
    if (!source)
        return source.error();
    ESPALIER_EXPECT(std::cmp_equal(source->bytes.size(), sizeBytes),
        "a source yields as many bytes as its shape needs");
    return writer.add(*std::move(source));
}

} // namespace

Status writeSafetensors(const std::filesystem::path& target, std::span<const TensorSource> tensors,
    const std::map<std::string, std::string>& metadata, const Progress& progress,
    AtomicFile::Lasting lasting)
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
    BehindWriter writer(*file, progress);
    for (const std::size_t i : layout->order) {
        if (progress.stopRequested())
            return cancelled();
        const double done =
            static_cast<double>(layout->begins[i]) / static_cast<double>(layout->fileSize);
        progress(done, fmt::format("writing {}", printable(tensors[i].spec.name)));
        if (Status written = writeTensor(writer, tensors[i], layout->sizes[i]); !written)
            return written;
    }
    if (Status written = writer.finish(); !written)
        return written;
    return file->commit(lasting);
}

} // namespace espalier
