// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/storage/scratch_file.h"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <vector>

namespace espalier {

/// Streams of many batches in front of every block and behind the last, put aside on disk between
/// the way there and the way back.
class WaitingStreams
{
public:
    /// `places` for each batch. Errors: those of ScratchFile.
    [[nodiscard]] static Result<WaitingStreams> create(
        const std::filesystem::path& folder, int places);

    /// A batch's tensors have one size in all places; batches are first kept in their order. What
    /// the place held before is gone.
    [[nodiscard]] Status keep(std::size_t batch, int place, const at::Tensor& stream_BTD);
    [[nodiscard]] Result<at::Tensor> get(std::size_t batch, int place) const;

private:
    WaitingStreams(ScratchFile file, int places);
    struct Slot
    {
        std::int64_t begin = 0; ///< in the file
        std::vector<std::int64_t> sizes;
        at::TensorOptions options;
        std::int64_t bytes = 0; ///< of one place
    };

    ScratchFile m_file;
    int m_places;
    std::vector<Slot> m_slots; ///< one per batch
};

} // namespace espalier
