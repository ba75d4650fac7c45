// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>
#include <thread>
#include <vector>

namespace espalier {

/// Calls work(begin, end) on parts of 0 … count-1, on as many threads as LibTorch uses, none with
/// fewer than `grain` items. `work` must not throw.
///
/// In files compiled with OpenMP (core/CMakeLists.txt) these are LibTorch's own threads, which are
/// awake already: for loops of a training step. Elsewhere at::parallel_for would run on one core
/// without a word, so threads are started.
template <typename Work> void inParallel(std::int64_t count, std::int64_t grain, const Work& work)
{
#ifdef _OPENMP
    if (count > 0)
        at::parallel_for(0, count, grain, work);
#else
    const std::int64_t most = std::max<std::int64_t>(1, count / std::max<std::int64_t>(1, grain));
    const std::int64_t parts = std::min<std::int64_t>(at::get_num_threads(), most);
    const auto start = [&](std::int64_t part) {
        return count * part / parts;
    };
    std::vector<std::jthread> threads;
    for (std::int64_t part = 1; part < parts; ++part)
        threads.emplace_back([&, part] { work(start(part), start(part + 1)); });
    work(start(0), start(1));
#endif
}

} // namespace espalier
