// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benches.h"

#include "core/engine/model_impl.h"
#include "core/measure/run_measurements.h"
#include "core/storage/file_bytes.h"
#include "core/storage/safetensors_file.h"
#include "core/tensors/tensor_bytes.h"
#include "tests/bench/timing.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace espalier::bench {

namespace {

constexpr std::uintmax_t kMaxTextBytes = std::uintmax_t{1} << 30;

struct MeasureOptions
{
    std::string model;
    std::string data;
    std::int64_t samples = 64;
    std::int64_t sequence = 128;
    std::int64_t batch = 8;
    std::int64_t passes = 3;
    int threads = 0;
};

/// The text's bytes modulo the vocabulary: what the peer does for models without a tokenizer.
Result<std::vector<Batch>> textBatches(const ModelConfig& config, const MeasureOptions& options)
{
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(options.data, kMaxTextBytes);
    if (!bytes)
        return bytes.error();
    const std::int64_t wanted = options.samples * options.sequence;
    if (static_cast<std::int64_t>(bytes->size()) < wanted)
        return refused(
            fmt::format("{}: {} tokens, wanted {}", options.data, bytes->size(), wanted));
    std::vector<Batch> batches;
    for (std::int64_t first = 0; first < options.samples; first += options.batch) {
        const std::int64_t count = std::min(options.batch, options.samples - first);
        Batch batch{.inputIds_BT = at::empty({count, options.sequence}, at::kLong)};
        auto* ids = batch.inputIds_BT.mutable_data_ptr<std::int64_t>();
        for (std::int64_t i = 0; i < count * options.sequence; ++i)
            ids[i] = (*bytes)[static_cast<std::size_t>(first * options.sequence + i)]
                % config.shape.vocab;
        batches.push_back(batch);
    }
    return batches;
}

/// pixel_values of a safetensors file, repeated until there are enough.
Result<std::vector<Batch>> imageBatches(const MeasureOptions& options)
{
    const Result<SafetensorsFile> file = SafetensorsFile::open(options.data);
    if (!file)
        return file.error();
    const TensorEntry* entry = file->header().find("pixel_values");
    if (!entry || entry->dtype != Dtype::F32 || entry->shape.empty() || entry->shape[0] < 1)
        return refused(fmt::format("{}: wanted pixel_values in F32", options.data));
    const at::Tensor pixels = tensorFromBytes(file->bytes(*entry), entry->shape, Dtype::F32);
    std::vector<std::int64_t> times(entry->shape.size(), 1);
    times[0] = (options.samples + pixels.size(0) - 1) / pixels.size(0);
    const at::Tensor rows = pixels.repeat(times).narrow(0, 0, options.samples);
    std::vector<Batch> batches;
    for (const at::Tensor& part : rows.split(options.batch))
        batches.push_back({.pixels_BCHW = part.contiguous()});
    return batches;
}

Status measureBench(const MeasureOptions& options)
{
    (void)startEngine(options.threads);
    const Result<Model> model = Model::open(options.model);
    if (!model)
        return model.error();
    const ModelConfig& config = model->config();
    const bool text = config.flavour.task == Task::CausalLanguageModel;
    const Result<std::vector<Batch>> batches =
        text ? textBatches(config, options) : imageBatches(options);
    if (!batches)
        return batches.error();
    for (const Batch& batch : *batches)
        if (const Status fits = checkBatch(config, batch); !fits)
            return fits;
    const Result<ParameterSet> parameters = model->impl().parameters();
    if (!parameters)
        return parameters.error();
    Status outcome;
    const auto pass = [&] {
        const Result<Measurements> done = runMeasurements(*parameters,
            {static_cast<std::int64_t>(batches->size()),
                [&](std::int64_t i) {
                    return (*batches)[static_cast<std::size_t>(i)];
                }},
            {kMeanAbs});
        if (!done)
            outcome = done.error();
    };
    const std::vector<double> times = timeRuns(1, options.passes, pass);
    if (!outcome)
        return outcome;
    const std::int64_t places = text ? options.sequence : config.shape.positions;
    const std::string name = std::filesystem::canonical(options.model).filename().string();
    printTimes(name, times, static_cast<double>(options.samples * places));
    return {};
}

} // namespace

void addMeasure(CLI::App& program, Status& outcome)
{
    const auto options = std::make_shared<MeasureOptions>();
    CLI::App* command =
        program.add_subcommand("measure", "one calibration pass: scores of every neuron, no head");
    command->add_option("MODEL", options->model, "Hugging Face folder")->required();
    command->add_option("--data", options->data, "text, or a .safetensors with pixel_values")
        ->required();
    command->add_option("--samples", options->samples)->check(CLI::Range(1, 1000000));
    command->add_option("--seq", options->sequence, "tokens per sample; images have their own")
        ->check(CLI::Range(1, 65536));
    command->add_option("--batch", options->batch)->check(CLI::Range(1, 65536));
    command->add_option("--passes", options->passes, "timed passes")->check(CLI::Range(1, 100000));
    command->add_option("--threads", options->threads, "0: one per core")
        ->check(CLI::Range(0, 1024));
    command->callback([options, &outcome] { outcome = measureBench(*options); });
}

} // namespace espalier::bench
