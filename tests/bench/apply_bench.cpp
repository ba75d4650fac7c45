// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benches.h"

#include "core/engine/session.h"
#include "core/methods/catalog.h"
#include "core/tensors/apply_plan.h"
#include "core/tensors/fresh_parameters.h"
#include "tests/bench/synthetic_models.h"
#include "tests/bench/synthetic_plans.h"
#include "tests/bench/timing.h"

#include <ATen/ops/empty_like.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace espalier::bench {

namespace {

double medianOf(std::vector<double> times)
{
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

/// Every tensor into new memory.
void copyAll(const ParameterSet& parameters)
{
    for (const auto& [id, values] : parameters.tensors)
        at::empty_like(values).copy_(values);
}

/// Making the destination in memory, against copying it.
void applyBench(std::int64_t runs, int threads)
{
    (void)startEngine(threads);
    const ModelConfig config = gpt2Config(6, 512);
    const ParameterSet parent = freshParameters(config, {1});
    const Measurements measurements = scoresWithoutMeaning(config.shape);
    for (const Method& method : methods()) {
        const Result<PlanRequest> request = requestWithoutTraining(method, config, measurements);
        const Result<TransferPlan> plan =
            request ? makePlan(method, *request) : Result<TransferPlan>(request.error());
        if (!plan) {
            fmt::print(
                "{{\"method\": \"{}\", \"skipped\": \"{}\"}}\n", method.id, plan.error().message);
            continue;
        }
        const double applied = medianOf(timeRuns(1, runs, [&] { (void)applyPlan(*plan, parent); }));
        const ParameterSet child = applyPlan(*plan, parent).value();
        const double copied = medianOf(timeRuns(1, runs, [&] { copyAll(child); }));
        fmt::print("{{\"method\": \"{}\", \"apply_ms\": {:.1f}, \"copy_ms\": {:.1f}, \"ratio\": "
                   "{:.2f}}}\n",
            method.id, applied, copied, applied / copied);
    }
}

} // namespace

void addApply(CLI::App& program, Status&)
{
    const auto runs = std::make_shared<std::int64_t>(5);
    const auto threads = std::make_shared<int>(0);
    CLI::App* command = program.add_subcommand("apply",
        "the destination of every method that needs no basis or training, beside a copy of it; "
        "GPT-2 layout, 6 x 512, half or twice along each axis");
    command->add_option("--runs", *runs)->check(CLI::Range(1, 1000));
    command->add_option("--threads", *threads, "0: one per core")->check(CLI::Range(0, 1024));
    command->callback([runs, threads] { applyBench(*runs, *threads); });
}

} // namespace espalier::bench
