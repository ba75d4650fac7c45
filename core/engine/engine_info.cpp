// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model.h"
#include "core/tensors/block_cache.h"
#include "core/tensors/cuda_loader.h"

#include <ATen/Parallel.h>
#include <H5public.h>
#include <fmt/format.h>

// The header moved with LibTorch 2.9.
#if __has_include(<torch/headeronly/version.h>)
#include <torch/headeronly/version.h>
#else
#include <torch/csrc/api/include/torch/version.h>
#endif

#include <algorithm>
#include <thread>

namespace espalier {

EngineInfo startEngine(int threads)
{
    installBlockCache();
    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    at::set_num_threads(threads > 0 ? threads : cores);
    const CudaStatus& cuda = loadCuda();
    return {.torchVersion = TORCH_VERSION,
        .hdf5Version = H5_VERS_INFO,
        .cuda = cuda.available,
        .cudaNote = cuda.note,
        .threads = at::get_num_threads()};
}

} // namespace espalier
