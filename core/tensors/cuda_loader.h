// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace espalier {

/// What came of looking for a CUDA device.
struct CudaStatus
{
    bool available = false;
    std::string note; ///< the first device's name, or the one-line reason why there is none
};

/// Loads LibTorch's CUDA half, which nothing here links, from the folder of its CPU half if an
/// NVIDIA driver and a device are there. The first call decides for the process; later ones return
/// its result.
[[nodiscard]] const CudaStatus& loadCuda();

} // namespace espalier
