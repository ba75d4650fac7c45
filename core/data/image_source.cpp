// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_source.h"

#include <algorithm>

namespace espalier {

std::int64_t StoredImages::read(std::int64_t index, std::span<std::uint8_t> chw) const
{
    const std::uint8_t* from = m_pixels.data() + static_cast<std::size_t>(index) * chw.size();
    std::copy(from, from + chw.size(), chw.data());
    return m_labels[static_cast<std::size_t>(index)];
}

} // namespace espalier
