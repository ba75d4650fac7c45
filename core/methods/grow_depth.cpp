// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/grow_depth.h"

#include "core/methods/choose.h"
#include "core/methods/plan_parts.h"

#include <algorithm>

namespace espalier {

namespace {

/// As many copies of each block, in place, as `copies` says.
std::vector<std::int64_t> inPlace(const std::vector<std::int64_t>& copies)
{
    std::vector<std::int64_t> sources;
    for (std::size_t block = 0; block < copies.size(); ++block)
        sources.insert(sources.end(), static_cast<std::size_t>(copies[block]),
            static_cast<std::int64_t>(block));
    return sources;
}

void clear(TransferPlan& plan, ParameterId id, double value)
{
    if (hasParameter(plan.child, id))
        plan.rules[id] = {.fresh = true, .noise = Noise{.mean = value, .std = 0}};
}

} // namespace

std::vector<std::int64_t> stackBlocks(std::int64_t n, std::int64_t wanted)
{
    std::vector<std::int64_t> sources = firstOf(wanted);
    for (std::int64_t& block : sources)
        block %= n;
    return sources;
}

std::vector<std::int64_t> stackBlocksFromTop(std::int64_t n, std::int64_t wanted)
{
    std::vector<std::int64_t> sources = stackBlocks(n, wanted);
    const std::int64_t whole = wanted / n * n;
    for (std::int64_t j = whole; j < wanted; ++j)
        sources[static_cast<std::size_t>(j)] = n - (wanted - j);
    return sources;
}

std::vector<std::int64_t> repeatBlocks(std::int64_t n, std::int64_t wanted)
{
    std::vector<std::int64_t> sources = firstOf(wanted);
    for (std::int64_t& block : sources)
        block = block * n / wanted;
    return sources;
}

std::vector<std::int64_t> repeatLowest(const std::vector<double>& scores, std::int64_t wanted)
{
    const auto n = static_cast<std::int64_t>(scores.size());
    std::vector<std::int64_t> copies(scores.size(), wanted / n);
    std::vector<double> quiet = scores;
    for (double& score : quiet)
        score = -score;
    for (const std::int64_t block : highest(quiet, wanted % n))
        ++copies[static_cast<std::size_t>(block)];
    return inPlace(copies);
}

std::vector<std::int64_t> insertBlocks(std::int64_t n, std::int64_t wanted)
{
    std::vector<std::int64_t> copies(static_cast<std::size_t>(n), 1);
    const std::int64_t added = wanted - n;
    for (std::int64_t i = 1; i <= added; ++i)
        ++copies[static_cast<std::size_t>((i * n + added - 1) / added - 1)];
    return inPlace(copies);
}

std::vector<bool> repeatsIn(const std::vector<std::int64_t>& sources)
{
    if (sources.empty())
        return {};
    const auto highest = *std::max_element(sources.begin(), sources.end());
    std::vector<bool> seen(static_cast<std::size_t>(highest) + 1, false);
    std::vector<bool> repeats;
    repeats.reserve(sources.size());
    for (const std::int64_t block : sources) {
        repeats.push_back(seen[static_cast<std::size_t>(block)]);
        seen[static_cast<std::size_t>(block)] = true;
    }
    return repeats;
}

void addBlocks(TransferPlan& plan, const std::vector<std::int64_t>& sources)
{
    for (const std::int64_t block : sources)
        plan.blocks.push_back({.terms = {{.parentBlock = static_cast<int>(block)}}});
    const ModelShape& parent = plan.parent.shape;
    for (std::int64_t block = parent.layers; block < blocksOf(parent); ++block)
        plan.blocks.push_back({.terms = {{.parentBlock = static_cast<int>(block)}}});
}

void silenceBlock(TransferPlan& plan, int block)
{
    if (plan.child.flavour.layout == BlockLayout::Sandwich) {
        const double nothing = -plan.child.flavour.normGainOffset;
        clear(plan, {Role::AttentionPostNormGain, block}, nothing);
        clear(plan, {Role::MlpPostNormGain, block}, nothing);
        clear(plan, {Role::AttentionPostNormBias, block}, 0);
        clear(plan, {Role::MlpPostNormBias, block}, 0);
        return;
    }
    for (const Role role :
        {Role::AttentionOutWeight, Role::AttentionOutBias, Role::MlpDownWeight, Role::MlpDownBias})
        clear(plan, {role, block}, 0);
}

void scaleBlock(TransferPlan& plan, int block, double scale)
{
    const bool sandwich = plan.child.flavour.layout == BlockLayout::Sandwich;
    for (const Role gain : {Role::AttentionPostNormGain, Role::MlpPostNormGain})
        if (sandwich)
            scaleGain(plan, {gain, block}, scale);
    for (const Role role : sandwich
            ? std::vector{Role::AttentionPostNormBias, Role::MlpPostNormBias}
            : std::vector{Role::AttentionOutWeight, Role::AttentionOutBias, Role::MlpDownWeight,
                Role::MlpDownBias})
        if (hasParameter(plan.child, {role, block}))
            plan.rules[{role, block}].scale *= scale;
}

void addWithSilentRepeats(TransferPlan& plan, const std::vector<std::int64_t>& sources)
{
    addBlocks(plan, sources);
    const std::vector<bool> repeats = repeatsIn(sources);
    for (std::size_t j = 0; j < repeats.size(); ++j)
        if (repeats[j])
            silenceBlock(plan, static_cast<int>(j));
}

bool silentBlocksPass(const ModelConfig& parent)
{
    return parent.flavour.layout != BlockLayout::PostNorm;
}

Preservation preservedBySilence(const PlanRequest& request)
{
    if (request.childShape.layers == request.parent.shape.layers
        || silentBlocksPass(request.parent))
        return {.exact = true, .reason = {}};
    return {.exact = false,
        .reason = "norms stand on the stream itself (post-norm), and a block that adds nothing "
                  "still normalises what it passes on"};
}

} // namespace espalier
