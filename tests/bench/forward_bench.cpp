// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benches.h"

#include "core/engine/model_impl.h"
#include "core/forward/transformer.h"
#include "core/tensors/block_cache.h"
#include "tests/bench/timing.h"

#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <functional>
#include <memory>

namespace espalier::bench {

namespace {

struct ForwardBenchOptions
{
    std::string model;
    std::int64_t batch = 8;
    std::int64_t sequence = 128;
    std::int64_t runs = 10;
    int threads = 0;
    bool processorTime = false;
};

constexpr std::int64_t kSpecialIds = 4; ///< usual ids of padding and the like, which are not drawn

Batch randomInputs(const ModelConfig& config, const ForwardBenchOptions& options)
{
    const ModelShape& shape = config.shape;
    if (readsTokens(config.flavour.task))
        return {.inputIds_BT = at::randint(std::min(kSpecialIds, shape.vocab - 1), shape.vocab,
                    {options.batch, options.sequence}, at::kLong)};
    return {.pixels_BCHW =
                at::randn({options.batch, shape.channels, shape.imageHeight, shape.imageWidth})};
}

/// In milliseconds of all threads together.
double processorTime()
{
    return 1000 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::vector<double> timesOf(const ForwardBenchOptions& options, const std::function<void()>& pass)
{
    std::vector<double> wall = timeRuns(2, options.processorTime ? 0 : options.runs, pass);
    std::vector<double> processor;
    for (std::int64_t run = 0; options.processorTime && run < options.runs; ++run) {
        const double begin = processorTime();
        pass();
        processor.push_back(processorTime() - begin);
    }
    return options.processorTime ? processor : wall;
}

Status forwardBench(const ForwardBenchOptions& options)
{
    (void)startEngine(options.threads);
    const Result<Model> model = Model::open(options.model);
    if (!model)
        return model.error();
    const ModelConfig& config = model->config();
    const Batch batch = randomInputs(config, options);
    if (const Status fits = checkBatch(config, batch); !fits)
        return fits;
    const Result<ParameterSet> parameters = model->impl().parameters();
    if (!parameters)
        return parameters.error();
    const c10::InferenceMode noGradients;
    const BlockCacheHold memory; // as everything that runs many passes
    const std::vector<double> times = timesOf(options, [&] { (void)logitsOf(*parameters, batch); });
    const std::int64_t tokens =
        readsTokens(config.flavour.task) ? options.sequence : trunkTokensOf(config);
    printTimes(std::filesystem::canonical(options.model).filename().string(), times,
        static_cast<double>(options.batch * tokens));
    return {};
}

} // namespace

void addForward(CLI::App& program, Status& outcome)
{
    const auto options = std::make_shared<ForwardBenchOptions>();
    CLI::App* command =
        program.add_subcommand("forward", "a forward pass of random inputs, head included");
    command->add_option("MODEL", options->model, "Hugging Face or timm folder")->required();
    command->add_option("--batch", options->batch, "samples")->check(CLI::Range(1, 65536));
    command->add_option("--seq", options->sequence, "tokens per sample; images have their own")
        ->check(CLI::Range(1, 65536));
    command->add_option("--runs", options->runs, "timed passes")->check(CLI::Range(1, 100000));
    command->add_option("--threads", options->threads, "0: one per core")
        ->check(CLI::Range(0, 1024));
    command->add_flag(
        "--processor-time", options->processorTime, "of all threads, instead of the clock's");
    command->callback([options, &outcome] { outcome = forwardBench(*options); });
}

} // namespace espalier::bench
