// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benches.h"

#include "core/base/random.h"
#include "core/engine/model.h"
#include "core/measure/residual_covariance.h"
#include "core/methods/catalog.h"
#include "tests/bench/synthetic_plans.h"
#include "tests/bench/timing.h"

#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>

namespace espalier::bench {

namespace {

/// LLaMA 2 7B's shape (Touvron et al. 2023, arXiv 2307.09288).
ModelConfig sevenBillion()
{
    ModelConfig config{.family = "llama", .shape = {}, .flavour = {}};
    config.shape = {.layers = 32,
        .hidden = 4096,
        .heads = 32,
        .kvHeads = 32,
        .headDim = 128,
        .mlp = 11008,
        .vocab = 32000,
        .positions = 4096};
    config.flavour.norm = NormKind::Rms;
    config.flavour.activation = Activation::Silu;
    config.flavour.gatedMlp = true;
    config.flavour.position = PositionKind::Rotary;
    config.flavour.qkvBias = false;
    config.flavour.attentionOutBias = false;
    config.flavour.mlpBias = false;
    config.flavour.tiedHead = false;
    return config;
}

void planBench(std::int64_t runs)
{
    forEveryPlan(sevenBillion(), {},
        [runs](const Method& method, const PlanRequest& request, const TransferPlan&) {
            std::vector<double> times = timeRuns(1, runs, [&] { (void)makePlan(method, request); });
            std::sort(times.begin(), times.end());
            fmt::print("{{\"method\": \"{}\", \"best_ms\": {:.1f}, \"median_ms\": {:.1f}}}\n",
                method.id, times.front(), times[times.size() / 2]);
        });
}

/// From one batch of random streams to the basis, which is what SliceGPT plans with.
Status basisBench(std::int64_t width, int threads)
{
    (void)startEngine(threads);
    const c10::InferenceMode noGradients;
    ModelConfig config = sevenBillion();
    config.shape.hidden = width;
    const ParameterSet none{.config = config};
    WeightsInMemory weights(none);
    const std::vector<std::int64_t> tokens_B = {2 * width};
    const at::Tensor rows_NC = at::randn({2 * width, width});
    const std::unique_ptr<Probe> probe = beginResidualCovariance(config);
    const double moment = timeRuns(0, 1, [&] {
        probe->observe({Tap::Embedding, -1, rows_NC, rows_NC, tokens_B});
    }).front();
    Measurements measurements;
    Status done;
    const double basis =
        timeRuns(0, 1, [&] { done = probe->finish(measurements, weights, {}, {}); }).front();
    fmt::print("{{\"width\": {}, \"moment_of_{}_tokens_ms\": {:.0f}, \"basis_ms\": {:.0f}}}\n",
        width, 2 * width, moment, basis);
    return done;
}

} // namespace

void addPlan(CLI::App& program, Status&)
{
    const auto runs = std::make_shared<std::int64_t>(5);
    CLI::App* command = program.add_subcommand("plan",
        "plans of every method that needs no basis or training, for a parent of 7B's shape");
    command->add_option("--runs", *runs)->check(CLI::Range(1, 1000));
    command->callback([runs] { planBench(*runs); });
}

void addBasis(CLI::App& program, Status& outcome)
{
    const auto width = std::make_shared<std::int64_t>(4096);
    const auto threads = std::make_shared<int>(0);
    CLI::App* command =
        program.add_subcommand("basis", "principal components of a residual stream");
    command->add_option("--width", *width)->check(CLI::Range(2, 16384));
    command->add_option("--threads", *threads, "0: one per core")->check(CLI::Range(0, 1024));
    command->callback([width, threads, &outcome] { outcome = basisBench(*width, *threads); });
}

} // namespace espalier::bench
