// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/waiting_streams.h"

#include "core/base/expect.h"

#include <ATen/ops/empty.h>

#include <cstddef>
#include <span>
#include <utility>

namespace espalier {

WaitingStreams::WaitingStreams(ScratchFile file, int places)
    : m_file(std::move(file))
    , m_places(places)
{
}

Result<WaitingStreams> WaitingStreams::create(const std::filesystem::path& folder, int places)
{
    Result<ScratchFile> file = ScratchFile::create(folder);
    if (!file)
        return file.error();
    return WaitingStreams(*std::move(file), places);
}

Status WaitingStreams::keep(std::size_t batch, int place, const at::Tensor& stream_BTD)
{
    const at::Tensor lined_BTD = stream_BTD.detach().contiguous();
    const auto bytes = static_cast<std::int64_t>(lined_BTD.nbytes());
    if (batch == m_slots.size()) {
        const std::int64_t begin =
            batch == 0 ? 0 : m_slots.back().begin + m_places * m_slots.back().bytes;
        m_slots.push_back({begin, lined_BTD.sizes().vec(), lined_BTD.options(), bytes});
    }
    const Slot& slot = m_slots.at(batch);
    ESPALIER_EXPECT(place < m_places && slot.bytes == bytes, "a stream keeps its size");
    return m_file.write(slot.begin + place * slot.bytes,
        {static_cast<const std::byte*>(lined_BTD.const_data_ptr()), lined_BTD.nbytes()});
}

Result<at::Tensor> WaitingStreams::get(std::size_t batch, int place) const
{
    const Slot& slot = m_slots.at(batch);
    const at::Tensor stream_BTD = at::empty(slot.sizes, slot.options);
    const Status read = m_file.read(slot.begin + place * slot.bytes,
        {static_cast<std::byte*>(stream_BTD.mutable_data_ptr()), stream_BTD.nbytes()});
    if (!read)
        return read.error();
    return stream_BTD;
}

} // namespace espalier
