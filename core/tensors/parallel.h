// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>
#include <vector>

namespace espalier {

/// Calls work(begin, end) on parts of 0 … count-1, on as many threads as LibTorch uses, none with
/// fewer than `grain` items. What `work` throws leaves here, once all are done.
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
    std::vector<std::future<void>> others;
    for (std::int64_t part = 1; part < parts; ++part)
        others.push_back(
            std::async(std::launch::async, [&, part] { work(start(part), start(part + 1)); }));
    work(start(0), start(1));
    for (std::future<void>& other : others)
        other.get();
#endif
}

/// Calls work(index, reports) once for each of 0 … count-1, on as many threads as LibTorch uses:
/// each takes the next one as soon as it is done. For items of unlike sizes that use one thread
/// each. `reports` is true on the calling thread. What `work` throws leaves here, once all are
/// done.
template <typename Work> void inTurns(std::size_t count, const Work& work)
{
    std::atomic<std::size_t> next = 0;
    const auto takeTurns = [&](bool reports) {
        for (std::size_t i = next++; i < count; i = next++)
            work(i, reports);
    };
    std::vector<std::future<void>> others;
    for (int i = 1; i < at::get_num_threads(); ++i)
        others.push_back(std::async(std::launch::async, takeTurns, false));
    takeTurns(true);
    for (std::future<void>& other : others)
        other.get();
}

} // namespace espalier
