// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benches.h"

#include "core/engine/session.h"
#include "core/tensors/apply_plan.h"
#include "core/tensors/block_cache.h"
#include "core/tensors/fresh_parameters.h"
#include "tests/bench/synthetic_models.h"
#include "tests/bench/synthetic_plans.h"
#include "tests/bench/timing.h"

#include <ATen/ops/empty_like.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace espalier::bench {

namespace {

struct ApplyOptions
{
    std::string method;
    std::int64_t runs = 5;
    int threads = 0;
};

double medianOf(std::vector<double> times)
{
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

/// Every tensor into memory of its own.
ParameterSet copyOf(const ParameterSet& parameters)
{
    ParameterSet copy{.config = parameters.config};
    for (const auto& [id, values] : parameters.tensors)
        copy.tensors.emplace(id, at::empty_like(values).copy_(values));
    return copy;
}

/// Making the destination in memory, against copying it.
void applyBench(const ApplyOptions& options)
{
    (void)startEngine(options.threads);
    const BlockCacheHold memory; // neither side waits for pages that the system clears
    const ModelConfig config = gpt2Config(6, 512);
    const ParameterSet parent = freshParameters(config, {1});
    forEveryPlan(config, options.method,
        [&](const Method& method, const PlanRequest&, const TransferPlan& plan) {
            const double applied =
                medianOf(timeRuns(1, options.runs, [&] { (void)applyPlan(plan, parent); }));
            const ParameterSet child = applyPlan(plan, parent).value();
            const double copied = medianOf(timeRuns(1, options.runs, [&] { (void)copyOf(child); }));
            fmt::print(
                "{{\"method\": \"{}\", \"apply_ms\": {:.1f}, \"copy_ms\": {:.1f}, \"ratio\": "
                "{:.2f}}}\n",
                method.id, applied, copied, applied / copied);
        });
}

} // namespace

void addApply(CLI::App& program, Status&)
{
    const auto options = std::make_shared<ApplyOptions>();
    CLI::App* command = program.add_subcommand("apply",
        "the destination of every method that needs no basis or training, beside a copy of it; "
        "GPT-2 layout, 6 x 512, half or twice along each axis");
    command->add_option("--method", options->method, "one of them; none: all");
    command->add_option("--runs", options->runs)->check(CLI::Range(1, 1000));
    command->add_option("--threads", options->threads, "0: one per core")
        ->check(CLI::Range(0, 1024));
    command->callback([options] { applyBench(*options); });
}

} // namespace espalier::bench
