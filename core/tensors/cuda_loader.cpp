// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/cuda_loader.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <array>
#include <dlfcn.h>
#include <filesystem>
#include <optional>

namespace espalier {

namespace {

/// The first device's name as the driver has it (CUDA driver API); nothing without driver or
/// device.
std::optional<std::string> firstDeviceName()
{
    void* const driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!driver)
        return std::nullopt;
    const auto init = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
    const auto count = reinterpret_cast<int (*)(int*)>(dlsym(driver, "cuDeviceGetCount"));
    const auto nameOfDevice =
        reinterpret_cast<int (*)(char*, int, int)>(dlsym(driver, "cuDeviceGetName"));
    int devices = 0;
    std::array<char, 256> name{};
    if (!init || !count || !nameOfDevice || init(0) != 0 || count(&devices) != 0 || devices == 0
        || nameOfDevice(name.data(), static_cast<int>(name.size()) - 1, 0) != 0)
        return std::nullopt;
    return name.data();
}

/// The folder that libtorch_cpu was loaded from.
std::filesystem::path torchFolder()
{
    Dl_info info{};
    const auto inTorch = reinterpret_cast<const void*>(&at::get_num_threads);
    if (dladdr(inTorch, &info) == 0 || !info.dli_fname)
        return {};
    return std::filesystem::path(info.dli_fname).parent_path();
}

CudaStatus load()
{
    const std::optional<std::string> device = firstDeviceName();
    if (!device)
        return {.available = false, .note = "no CUDA: no NVIDIA driver with a device"};
    const std::filesystem::path library = torchFolder() / "libtorch_cuda.so";
    if (!std::filesystem::exists(library))
        return {.available = false,
            .note = fmt::format(
                "no CUDA: {} is there, but {} is not installed", *device, library.string())};
    if (!dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
        const char* const reason = dlerror();
        return {.available = false,
            .note =
                fmt::format("no CUDA: {}", reason ? reason : "cannot load LibTorch's CUDA half")};
    }
    if (!at::hasCUDA())
        return {
            .available = false, .note = fmt::format("no CUDA: LibTorch cannot use {}", *device)};
    return {.available = true, .note = *device};
}

} // namespace

const CudaStatus& loadCuda()
{
    static const CudaStatus status = load();
    return status;
}

} // namespace espalier
