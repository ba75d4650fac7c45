// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace espalier::bench {

/// Times of `work`, one per run, in milliseconds; `warmups` untimed runs come first. finish() ends
/// what `work` left running (a GPU's queue).
[[nodiscard]] std::vector<double> timeRuns(std::int64_t warmups, std::int64_t runs,
    const std::function<void()>& work, const std::function<void()>& finish = {});

/// One JSON line {model, engine, best_ms, median_ms, tokens_per_s} on stdout; tokens_per_s from the
/// median.
void printTimes(const std::string& model, std::vector<double> milliseconds, double tokens);

} // namespace espalier::bench
