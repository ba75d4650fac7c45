// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benches.h"

#include "core/engine/model.h"
#include "core/methods/catalog.h"
#include "core/tensors/fresh_parameters.h"
#include "core/training/learner.h"
#include "core/training/plan_learner.h"
#include "tests/bench/timing.h"

#include <ATen/ops/randint.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

namespace espalier::bench {

namespace {

struct LigoOptions
{
    ModelShape parent = {.layers = 6, .hidden = 128, .headDim = 32, .vocab = 256, .positions = 64};
    std::int64_t layers = 12;
    std::int64_t hidden = 192;
    std::int64_t batch = 16;
    std::int64_t steps = 10;
    int threads = 0;
};

constexpr std::int64_t kWarmups = 3;

ModelConfig gpt2Config(ModelShape shape)
{
    shape.heads = shape.kvHeads = shape.hidden / shape.headDim;
    shape.mlp = 4 * shape.hidden;
    ModelConfig config{.family = "gpt2", .shape = shape, .flavour = {}};
    config.flavour.scaledResidualInit = true;
    return config;
}

double medianOf(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

double plainStep(const ModelConfig& child, const Batch& batch, const LigoOptions& options)
{
    Learner learner(freshParameters(child, {1}), {.weightDecay = 0.1}, at::Device(at::kCPU));
    return medianOf(timeRuns(kWarmups, options.steps, [&] { learner.step(batch, 1e-4, 1.0); }));
}

/// From one request for a batch to the next.
Result<double> learningStep(
    const TransferPlan& plan, const Batch& batch, const LigoOptions& options)
{
    std::vector<std::chrono::steady_clock::time_point> begins;
    const auto batchAt = [&](std::int64_t) {
        begins.push_back(std::chrono::steady_clock::now());
        return batch;
    };
    const auto learned = learnPlan(
        plan, freshParameters(plan.parent, {1}), batchAt, {.steps = kWarmups + options.steps + 1});
    if (!learned)
        return learned.error();
    std::vector<double> times;
    for (std::size_t i = kWarmups; i + 1 < begins.size(); ++i)
        times.push_back(
            std::chrono::duration<double, std::milli>(begins[i + 1] - begins[i]).count());
    return medianOf(std::move(times));
}

Status ligoBench(const LigoOptions& options)
{
    (void)startEngine(options.threads);
    for (const std::int64_t hidden : {options.parent.hidden, options.hidden})
        if (hidden % options.parent.headDim != 0)
            return Error{ErrorCode::Usage,
                fmt::format("hidden {}: wanted a multiple of --head-dim {}", hidden,
                    options.parent.headDim)};
    ModelShape larger = options.parent;
    larger.layers = options.layers;
    larger.hidden = options.hidden;
    const ModelConfig parent = gpt2Config(options.parent);
    const ModelConfig child = gpt2Config(larger);
    const Result<TransferPlan> plan =
        makePlan(*findMethod("ligo"), {.parent = parent, .childShape = child.shape});
    if (!plan)
        return plan.error();
    Batch batch;
    batch.inputIds_BT =
        at::randint(parent.shape.vocab, {options.batch, parent.shape.positions}, at::kLong);
    const double plain = plainStep(child, batch, options);
    const Result<double> learning = learningStep(*plan, batch, options);
    if (!learning)
        return learning.error();
    fmt::print("{{\"model\": \"{}x{} to {}x{}, batch {} x {}\", \"plain_step_ms\": {:.2f}, "
               "\"learning_step_ms\": {:.2f}, \"ratio\": {:.3f}}}\n",
        parent.shape.layers, parent.shape.hidden, child.shape.layers, child.shape.hidden,
        options.batch, parent.shape.positions, plain, *learning, *learning / plain);
    return {};
}

} // namespace

void addLigo(CLI::App& program, Status& outcome)
{
    const auto options = std::make_shared<LigoOptions>();
    CLI::App* command = program.add_subcommand(
        "ligo", "a step that learns growth operators, beside a plain step of the grown model");
    ModelShape& parent = options->parent;
    command->add_option("--layers", parent.layers, "the parent's")->check(CLI::Range(1, 1000));
    command->add_option("--hidden", parent.hidden, "the parent's")->check(CLI::Range(1, 65536));
    command->add_option("--to-layers", options->layers)->check(CLI::Range(1, 1000));
    command->add_option("--to-hidden", options->hidden)->check(CLI::Range(1, 65536));
    command->add_option("--head-dim", parent.headDim)->check(CLI::Range(1, 1024));
    command->add_option("--vocab", parent.vocab)->check(CLI::Range(2, 1000000));
    command->add_option("--seq", parent.positions, "tokens per sample")
        ->check(CLI::Range(2, 65536));
    command->add_option("--batch", options->batch, "samples per step")->check(CLI::Range(1, 65536));
    command->add_option("--steps", options->steps, "timed steps")->check(CLI::Range(1, 100000));
    command->add_option("--threads", options->threads, "0: one per core")
        ->check(CLI::Range(0, 1024));
    command->callback([options, &outcome] { outcome = ligoBench(*options); });
}

} // namespace espalier::bench
