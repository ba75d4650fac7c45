// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model.h"
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
#include <malloc.h>
#include <thread>

namespace espalier {

namespace {

/// A training step frees and takes the same large blocks again. By default glibc gives them back to
/// the system in between, and each step pays for fresh, zeroed pages: about 4 % of a small model's
/// step.
void keepFreedMemory()
{
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

} // namespace

EngineInfo startEngine(int threads)
{
    keepFreedMemory();
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
