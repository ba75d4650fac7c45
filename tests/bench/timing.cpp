// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/timing.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace espalier::bench {

std::vector<double> timeRuns(std::int64_t warmups, std::int64_t runs,
    const std::function<void()>& work, const std::function<void()>& finish)
{
    const auto once = [&] {
        const auto start = std::chrono::steady_clock::now();
        work();
        if (finish)
            finish();
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
            .count();
    };
    for (std::int64_t i = 0; i < warmups; ++i)
        once();
    std::vector<double> times;
    for (std::int64_t i = 0; i < runs; ++i)
        times.push_back(once());
    return times;
}

void printTimes(const std::string& model, std::vector<double> milliseconds, double tokens)
{
    std::sort(milliseconds.begin(), milliseconds.end());
    const std::size_t middle = milliseconds.size() / 2;
    const double median = milliseconds.size() % 2 == 1
        ? milliseconds[middle]
        : (milliseconds[middle - 1] + milliseconds[middle]) / 2;
    nlohmann::ordered_json line;
    line["model"] = model;
    line["engine"] = "espalier";
    line["best_ms"] = std::round(milliseconds.front() * 1000) / 1000;
    line["median_ms"] = std::round(median * 1000) / 1000;
    line["tokens_per_s"] = std::llround(1000 * tokens / median);
    std::puts(line.dump().c_str());
}

} // namespace espalier::bench
