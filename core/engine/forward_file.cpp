// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/untrusted_text.h"
#include "core/engine/guard.h"
#include "core/engine/held_weights.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/forward/activation_bytes.h"
#include "core/forward/trunk_by_block.h"
#include "core/storage/safetensors_file.h"
#include "core/storage/tensor_source.h"
#include "core/tensors/tensor_bytes.h"

#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

using Named = std::pair<std::string, at::Tensor>;

bool isInteger(Dtype dtype)
{
    return !isFloating(dtype);
}

Result<Batch> readInputs(const std::filesystem::path& path)
{
    const Result<SafetensorsFile> file = SafetensorsFile::open(path);
    if (!file)
        return file.error();
    Batch batch;
    for (const TensorEntry& entry : file->header().tensors()) {
        const bool image = entry.name == "pixel_values";
        if (!image && entry.name != "input_ids" && entry.name != "attention_mask"
            && entry.name != "token_type_ids")
            return refused(fmt::format("{}: found tensor {}, wanted input_ids, attention_mask, "
                                       "token_type_ids or pixel_values",
                path.string(), inQuotes(entry.name)));
        if (!entry.dtype || isInteger(*entry.dtype) == image)
            return refused(fmt::format("{}: tensor {}: found type {}, wanted {}", path.string(),
                inQuotes(entry.name), inQuotes(entry.dtypeText),
                image ? "a floating one" : "integers"));
        const at::Tensor values = tensorFromBytes(file->bytes(entry), entry.shape, *entry.dtype);
        if (image)
            batch.pixels_BCHW = values.to(at::kFloat);
        else if (entry.name == "input_ids")
            batch.inputIds_BT = values.to(at::kLong);
        else if (entry.name == "token_type_ids")
            batch.tokenTypes_BT = values.to(at::kLong);
        else
            batch.attentionMask_BT = values.to(at::kLong);
    }
    return batch;
}

/// hidden_states.0 enters the first block, hidden_states.i leaves block i - 1; models of
/// texts count the last one after the final norm (if they have one and the head reads all of it),
/// image models before it, as transformers does.
Result<std::vector<Named>> runAndCollect(
    WeightSource& weights, const Batch& batch, bool hiddenStates, const Progress& progress)
{
    const Task task = weights.config().flavour.task;
    std::vector<at::Tensor> states;
    TapObserver observer;
    if (hiddenStates)
        observer = [&](Tap tap, int, const at::Tensor& value) {
            if (tap == Tap::Embedding || tap == Tap::AfterMlp)
                states.push_back(value);
            else if (tap == Tap::FinalNorm && readsTokens(task) && !predictsClasses(task))
                states.back() = value;
        };
    const Result<at::Tensor> stream_BTD = runTrunk(weights, batch, observer, progress);
    if (!stream_BTD)
        return stream_BTD.error();
    std::vector<Named> outputs;
    outputs.emplace_back(isHeadless(task) ? "last_hidden_state" : "logits",
        runHead(weights.outsideTrunk(), *stream_BTD, observer));
    for (std::size_t i = 0; i < states.size(); ++i)
        outputs.emplace_back(fmt::format("hidden_states.{}", i), states[i]);
    return outputs;
}

/// Beside the weights; the inputs are there already.
PassNeed needOf(const ModelConfig& config, const Batch& batch, bool hiddenStates)
{
    const bool text = batch.inputIds_BT.defined();
    const ActivationBytes bytes = activationBytes(config,
        {.samples = samplesOf(batch),
            .tokens = text ? batch.inputIds_BT.size(1) : trunkTokensOf(config),
            .padded = batch.attentionMask_BT.defined()});
    const std::int64_t states = hiddenStates ? (config.shape.layers + 1) * bytes.stream : 0;
    const std::int64_t kept = states + bytes.mask + bytes.stream;
    const std::int64_t work = kept + std::max(bytes.block, bytes.head);
    return {.memory = work, .byBlock = {.memory = work}, .kept = kept};
}

Status writeOutputs(
    const std::filesystem::path& path, const std::vector<Named>& outputs, const Progress& progress)
{
    std::vector<TensorSource> sources;
    for (const auto& [name, tensor] : outputs) {
        const at::Tensor values = tensor.contiguous();
        sources.push_back({.spec = {.name = name,
                               .dtype = dtypeOf(values.scalar_type()),
                               .shape = values.sizes().vec()},
            .bytes = [values]() -> Result<SourceBytes> {
                return sourceBytesOf(values);
            }});
    }
    return writeSafetensors(path, sources, {}, progress);
}

} // namespace

Status forwardFile(const Model& model, const std::filesystem::path& input,
    const std::filesystem::path& output, bool hiddenStates, const Progress& progress,
    WeightsHeld held)
{
    return guarded([&]() -> Status {
        const Result<Batch> batch = readInputs(input);
        if (!batch)
            return batch.error();
        if (const Status fits = checkBatch(model.config(), *batch); !fits)
            return refused(fmt::format("{}: {}", input.string(), fits.error().message));
        const Result<HeldWeights> weights = holdWeights(
            model, held, needOf(model.config(), *batch, hiddenStates), "running", progress);
        if (!weights)
            return weights.error();
        const c10::InferenceMode noGradients;
        const Result<std::vector<Named>> outputs =
            runAndCollect(*weights->source, *batch, hiddenStates, progress);
        if (!outputs)
            return outputs.error();
        return writeOutputs(output, *outputs, progress);
    });
}

} // namespace espalier
