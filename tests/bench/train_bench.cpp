// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benches.h"

#include "core/engine/model.h"
#include "core/tensors/fresh_parameters.h"
#include "core/training/learner.h"
#include "tests/bench/timing.h"

#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <fmt/format.h>

#include <memory>

namespace espalier::bench {

namespace {

struct TrainOptions
{
    ModelShape shape;
    std::int64_t sequence = 64;
    std::int64_t batch = 12;
    std::int64_t steps = 10;
    int threads = 0;
    std::string dtype = "fp32";
    std::string device = "cpu";
};

constexpr std::int64_t kBatches = 8; ///< made beforehand and used in turn
constexpr std::int64_t kWarmups = 3;

ModelConfig gpt2Config(TrainOptions options)
{
    ModelConfig config{.family = "gpt2", .shape = options.shape, .flavour = {}};
    config.shape.positions = options.sequence;
    config.flavour.scaledResidualInit = true;
    return config;
}

ModelConfig vitConfig(const TrainOptions& options)
{
    ModelConfig config{.family = "vit", .shape = options.shape, .flavour = {}};
    config.shape.channels = 3;
    config.shape.imageWidth = config.shape.imageHeight;
    config.shape.patchWidth = config.shape.patchHeight;
    const std::int64_t side = config.shape.imageHeight / config.shape.patchHeight;
    config.shape.positions = side * side + 1;
    config.flavour = {.task = Task::ImageClassification,
        .normEpsilon = 1e-12,
        .activation = Activation::GeluErf,
        .tiedHead = false,
        .headBias = true};
    return config;
}

Batch randomBatch(const ModelConfig& config, const TrainOptions& options)
{
    Batch batch;
    if (config.flavour.task == Task::CausalLanguageModel) {
        batch.inputIds_BT =
            at::randint(config.shape.vocab, {options.batch, options.sequence}, at::kLong);
        return batch;
    }
    batch.pixels_BCHW = at::randn(
        {options.batch, config.shape.channels, config.shape.imageHeight, config.shape.imageWidth});
    batch.labels = at::randint(config.shape.classes, {options.batch}, at::kLong);
    return batch;
}

Status trainBench(ModelConfig config, const TrainOptions& options, const std::string& name)
{
    const EngineInfo info = startEngine(options.threads);
    if (options.device == "cuda" && !info.cuda)
        return outOfResource(fmt::format("--device cuda: {}", info.cudaNote));
    const ModelShape& given = config.shape;
    if (given.heads < 1 || given.hidden % given.heads != 0)
        return Error{ErrorCode::Usage,
            fmt::format("--heads {}: wanted a divisor of --hidden {}", given.heads, given.hidden)};
    config.shape.kvHeads = given.heads;
    config.shape.headDim = given.hidden / given.heads;
    config.shape.mlp = 4 * given.hidden;
    const at::Device device(options.device);
    Learner learner(freshParameters(config, {1}), {.weightDecay = 0.1}, device,
        options.dtype == "bf16" ? Products::Bf16 : Products::Fp32);
    std::vector<Batch> batches;
    for (std::int64_t i = 0; i < kBatches; ++i)
        batches.push_back(convertedTo(randomBatch(config, options), device, at::kFloat));
    std::size_t at = 0;
    std::vector<double> times = timeRuns(
        kWarmups, options.steps, [&] { learner.step(batches[at++ % batches.size()], 1e-4, 1.0); });
    printTimes(name, std::move(times), static_cast<double>(options.batch * config.shape.positions));
    return {};
}

void addCommon(CLI::App& command, TrainOptions& options)
{
    command.add_option("--layers", options.shape.layers, "blocks")->check(CLI::Range(1, 1000));
    command.add_option("--hidden", options.shape.hidden, "residual width")
        ->check(CLI::Range(1, 65536));
    command.add_option("--heads", options.shape.heads, "attention heads")
        ->check(CLI::Range(1, 1024));
    command.add_option("--batch", options.batch, "samples per step")->check(CLI::Range(1, 65536));
    command.add_option("--steps", options.steps, "timed steps")->check(CLI::Range(1, 1000000));
    command.add_option("--threads", options.threads, "0: one per core")->check(CLI::Range(0, 1024));
    command.add_option("--dtype", options.dtype, "of matrix products")
        ->check(CLI::IsMember({"fp32", "bf16"}));
    command.add_option("--device", options.device)->check(CLI::IsMember({"cpu", "cuda"}));
}

} // namespace

void addTrain(CLI::App& program, Status& outcome)
{
    CLI::App* train =
        program.add_subcommand("train", "a training step: forward, backward, clipping, AdamW");
    train->require_subcommand(1);

    const auto gpt2 = std::make_shared<TrainOptions>();
    gpt2->shape = {.layers = 6, .hidden = 128, .heads = 4, .vocab = 256};
    CLI::App* gpt2Command = train->add_subcommand("gpt2", "GPT-2 layout");
    addCommon(*gpt2Command, *gpt2);
    gpt2Command->add_option("--vocab", gpt2->shape.vocab)->check(CLI::Range(2, 1000000));
    gpt2Command->add_option("--seq", gpt2->sequence, "tokens per sample")
        ->check(CLI::Range(2, 65536));
    gpt2Command->callback([gpt2, &outcome] {
        outcome = trainBench(gpt2Config(*gpt2), *gpt2,
            fmt::format("gpt2-{}x{}-seq{}-batch{}", gpt2->shape.layers, gpt2->shape.hidden,
                gpt2->sequence, gpt2->batch));
    });

    const auto vit = std::make_shared<TrainOptions>();
    vit->shape = {
        .layers = 6, .hidden = 192, .heads = 6, .classes = 20, .imageHeight = 32, .patchHeight = 4};
    vit->batch = 64;
    CLI::App* vitCommand = train->add_subcommand("vit", "ViT layout");
    addCommon(*vitCommand, *vit);
    vitCommand->add_option("--image", vit->shape.imageHeight, "pixels per side")
        ->check(CLI::Range(1, 4096));
    vitCommand->add_option("--patch", vit->shape.patchHeight, "pixels per side")
        ->check(CLI::Range(1, 1024));
    vitCommand->add_option("--labels", vit->shape.classes)->check(CLI::Range(1, 100000));
    vitCommand->callback([vit, &outcome] {
        outcome = trainBench(vitConfig(*vit), *vit,
            fmt::format("vit-{}x{}-batch{}", vit->shape.layers, vit->shape.hidden, vit->batch));
    });
}

} // namespace espalier::bench
