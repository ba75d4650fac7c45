// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/step_variant.h"

#include "core/plan/footprint.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

double shareOf(std::int64_t step, std::int64_t steps)
{
    return steps > 1 ? static_cast<double>(step) / static_cast<double>(steps - 1) : 0;
}

/// Blocks that run in this step, of the first `count`.
std::vector<int> blocksAt(
    const TrainSettings& settings, std::int64_t count, std::int64_t step, Seed seed)
{
    const double fade = std::exp(-100.0 * static_cast<double>(step)
        / static_cast<double>(std::max<std::int64_t>(1, settings.steps)));
    const double dropped = settings.aids.layerDrop * (1 - fade);
    SequenceRng rng(derive(seed, "layer drop"));
    std::vector<int> blocks;
    for (std::int64_t block = 0; block < count; ++block) {
        const double share = static_cast<double>(block + 1) / static_cast<double>(count);
        if (rng.uniform() >= share * dropped)
            blocks.push_back(static_cast<int>(block));
    }
    return blocks;
}

/// The first token and a random rest, ascending.
at::Tensor keptTokens(std::int64_t tokens, double dropped, Seed seed)
{
    const std::int64_t others = tokens - 1;
    const auto kept =
        std::max<std::int64_t>(1, std::llround(static_cast<double>(others) * (1 - dropped)));
    std::vector<std::int64_t> columns = randomPermutation(others, derive(seed, "token drop"));
    columns.resize(static_cast<std::size_t>(kept));
    for (std::int64_t& column : columns)
        ++column;
    columns.push_back(0);
    std::sort(columns.begin(), columns.end());
    at::Tensor result = at::empty({static_cast<std::int64_t>(columns.size())}, at::kLong);
    std::copy(columns.begin(), columns.end(), result.mutable_data_ptr<std::int64_t>());
    return result;
}

/// First blocks that run, before any layer dropping, and those among them that stay as they are.
struct Depths
{
    std::int64_t running = 0;
    std::int64_t frozen = 0;
};

/// bert2BERT's first stage draws the depth of its sub-model anew for every step.
Depths prefixAt(std::int64_t part, std::int64_t layers, Seed seed)
{
    SequenceRng rng(derive(seed, "prefix"));
    const std::int64_t parts = (layers + part - 1) / part;
    const auto drawn = static_cast<std::int64_t>(rng.uniform() * static_cast<double>(parts));
    return {.running = std::min((drawn + 1) * part, layers), .frozen = drawn * part};
}

std::int64_t frozenAt(const TrainSettings& settings, std::int64_t step)
{
    std::int64_t frozen = step < settings.aids.frozenSteps ? settings.aids.frozenLayers : 0;
    for (const GrowthStage& stage : settings.growth)
        if (step >= stage.atStep)
            frozen = step < stage.atStep + stage.frozenSteps ? stage.frozenLayers : 0;
    return frozen;
}

Depths depthsAt(const TrainSettings& settings, std::int64_t layers, std::int64_t step, Seed seed)
{
    const TrainingAids& aids = settings.aids;
    if (step < aids.prefixSteps && aids.prefixLayers > 0)
        return prefixAt(aids.prefixLayers, layers, seed);
    const bool staged = step < aids.stageSteps && aids.stageLayers > 0;
    return {.running = staged ? std::min(aids.stageLayers, layers) : layers,
        .frozen = std::min(frozenAt(settings, step), layers)};
}

/// After `updates` updates, stages up to `lastStage` having been passed.
double gateOf(const TrainSettings& settings, std::int64_t lastStage, std::int64_t updates)
{
    std::int64_t first = 0;
    std::int64_t steps = settings.aids.gateSteps;
    for (const GrowthStage& stage : settings.growth)
        if (stage.atStep <= lastStage) {
            first = stage.atStep;
            steps = stage.gateSteps;
        }
    return updates - first < steps
        ? static_cast<double>(updates - first) / static_cast<double>(steps)
        : 1;
}

} // namespace

double gateAt(const TrainSettings& settings, std::int64_t step)
{
    return gateOf(settings, step, step);
}

double gateBehind(const TrainSettings& settings, std::int64_t updates)
{
    return gateOf(settings, updates - 1, updates);
}

StepVariant stepVariantAt(const TrainSettings& settings, const ModelConfig& config,
    std::int64_t step, std::int64_t tokens)
{
    const TrainingAids& aids = settings.aids;
    const Seed seed = derive(derive(settings.seed, "aids"), static_cast<std::uint64_t>(step));
    const std::int64_t layers = config.shape.layers;
    StepVariant variant;
    const Depths depths = depthsAt(settings, layers, step, seed);
    if (depths.running < layers || aids.layerDrop > 0)
        variant.forward.blocks = blocksAt(settings, depths.running, step, seed);
    variant.frozenBlocks = depths.frozen;
    variant.gate = gateAt(settings, step);
    if (aids.tokenDrop > 0 && tokens > 2 && layers > 2)
        variant.forward.tokens = TokenSubset{.columns_K = keptTokens(tokens, aids.tokenDrop, seed),
            .firstBlock = 1,
            .endBlock = static_cast<int>(layers) - 1};
    if (const auto& distillation = aids.distillation) {
        const double share = shareOf(step, settings.steps);
        variant.teacherWeight =
            (1 - share) * distillation->weight + share * distillation->finalWeight;
        variant.temperature = distillation->temperature;
        variant.hiddenWeight = distillation->hiddenWeight;
    }
    return variant;
}

double flopsOf(const StepVariant& variant, const ModelConfig& config)
{
    const auto withLayers = [&](std::int64_t layers) {
        ModelConfig other = config;
        other.shape.layers = layers;
        return footprintOf(other, 4).trainingFlops;
    };
    const double perBlock = withLayers(2) - withLayers(1);
    const double ends = withLayers(1) - perBlock;
    double flops = ends;
    for (int block = 0; block < config.shape.layers; ++block) {
        const auto& blocks = variant.forward.blocks;
        if (blocks && std::find(blocks->begin(), blocks->end(), block) == blocks->end())
            continue;
        const auto& some = variant.forward.tokens;
        const bool partly = some && block >= some->firstBlock && block < some->endBlock;
        const double seen = partly ? static_cast<double>(some->columns_K.numel())
                / static_cast<double>(std::max<std::int64_t>(1, trunkTokensOf(config)))
                                   : 1.0;
        // A frozen block is run forward alone: a third of the work.
        flops += perBlock * std::min(seen, 1.0) * (block < variant.frozenBlocks ? 1.0 / 3 : 1.0);
    }
    return flops;
}

} // namespace espalier
