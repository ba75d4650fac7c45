// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/mixed_precision.h"

#include <ATen/autocast_mode.h>

namespace espalier {

MixedPrecision::MixedPrecision(c10::DeviceType device)
    : m_device(device)
    , m_before(at::autocast::is_autocast_enabled(device))
    , m_typeBefore(at::autocast::get_autocast_dtype(device))
{
    at::autocast::set_autocast_dtype(m_device, at::kBFloat16);
    at::autocast::set_autocast_enabled(m_device, true);
    at::autocast::increment_nesting();
}

MixedPrecision::~MixedPrecision()
{
    if (at::autocast::decrement_nesting() == 0)
        at::autocast::clear_cache(); // the copies are stale after the next update
    at::autocast::set_autocast_enabled(m_device, m_before);
    at::autocast::set_autocast_dtype(m_device, m_typeBefore);
}

} // namespace espalier
