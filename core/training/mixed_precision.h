// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <c10/core/DeviceType.h>
#include <c10/core/ScalarType.h>

namespace espalier {

/// While one lives, this thread's matrix products and attention on a device take bf16 copies of
/// their fp32 inputs (Micikevicius et al. 2017, arXiv 1710.03740, without loss scaling: bf16 has
/// the exponents of fp32). A weight is copied once per guard. LibTorch's autocast.
class MixedPrecision
{
public:
    explicit MixedPrecision(c10::DeviceType device);
    MixedPrecision(const MixedPrecision&) = delete;
    MixedPrecision& operator=(const MixedPrecision&) = delete;
    ~MixedPrecision();

private:
    c10::DeviceType m_device;
    bool m_before;
    c10::ScalarType m_typeBefore;
};

} // namespace espalier
