// SPDX-License-Identifier: GPL-3.0-or-later
//
// The passthrough merge of mergekit (Goddard et al. 2024, arXiv 2403.13257): any list of the
// parent's blocks, copied unchanged, and a factor on what repeated ones add to the stream.

#include "core/methods/grow_depth.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

#include <fmt/format.h>

namespace espalier {

namespace {

const std::vector<std::int64_t>& blocksIn(const Options& options)
{
    return std::get<std::vector<std::int64_t>>(options.at("blocks"));
}

double repeatScaleIn(const Options& options)
{
    return std::get<double>(options.at("repeat-scale"));
}

Status acceptsList(const PlanRequest& request)
{
    const std::vector<std::int64_t>& blocks = blocksIn(request.options);
    const std::int64_t n = request.parent.shape.layers;
    const std::int64_t wanted = request.childShape.layers;
    if (static_cast<std::int64_t>(blocks.size()) != wanted && !(blocks.empty() && wanted == n))
        return refused(fmt::format("blocks: lists {} parent blocks, the destination has {} layers",
            blocks.size(), wanted));
    for (const std::int64_t block : blocks)
        if (block >= n)
            return refused(fmt::format(
                "blocks: found block {}, wanted blocks 0 to {} of the parent", block, n - 1));
    return {};
}

std::vector<std::int64_t> sourcesFor(const PlanRequest& request)
{
    const std::vector<std::int64_t>& blocks = blocksIn(request.options);
    return blocks.empty() ? stackBlocks(request.parent.shape.layers, request.childShape.layers)
                          : blocks;
}

Result<TransferPlan> planPassthrough(const PlanRequest& request)
{
    TransferPlan plan = planFor("passthrough", request);
    const std::vector<std::int64_t> sources = sourcesFor(request);
    addBlocks(plan, sources);
    const double scale = repeatScaleIn(request.options);
    const std::vector<bool> repeats = repeatsIn(sources);
    for (std::size_t j = 0; j < repeats.size(); ++j) {
        if (!repeats[j] || scale == 1)
            continue;
        if (scale == 0)
            silenceBlock(plan, static_cast<int>(j));
        else
            scaleBlock(plan, static_cast<int>(j), scale);
    }
    return plan;
}

/// All parent blocks in their order, and among them only silent repeats.
Preservation preservesList(const PlanRequest& request)
{
    std::int64_t next = 0;
    const std::vector<std::int64_t> sources = sourcesFor(request);
    const std::vector<bool> repeats = repeatsIn(sources);
    for (std::size_t j = 0; j < sources.size(); ++j)
        if (!repeats[j] && sources[j] != next++)
            return {.exact = false, .reason = "blocks are left out or in another order"};
    if (next != request.parent.shape.layers)
        return {.exact = false, .reason = "blocks are left out"};
    const bool repeated = static_cast<std::int64_t>(sources.size()) != next;
    if (repeated && repeatScaleIn(request.options) != 0)
        return {.exact = false, .reason = kRunTwice};
    return repeated ? preservedBySilence(request) : Preservation{.exact = true, .reason = {}};
}

} // namespace

Method passthroughMethod()
{
    return {
        .id = "passthrough",
        .title = "Passthrough slices",
        .summary = "Any list of the parent's blocks, copied unchanged (mergekit's passthrough).",
        .paper = "Goddard et al. 2024, arXiv 2403.13257",
        .formula = "block j ← block list[j];  repeats' output projections × s",
        .evidence = "How self-merges such as Goliath are made; without further training they "
                    "rarely gain anything measurable. With a factor of 0 repeats start as "
                    "identities.",
        .cost = "",
        .startTitle = "merged",
        .direction = Direction::Grow,
        .reach = {.depth = {.shrink = true, .grow = true}},
        .options = {{.key = "blocks",
                        .title = "Block list",
                        .help = "Parent block of every destination block, from 0; mergekit's "
                                "layer_range slices end to end.",
                        .defaultValue = std::vector<std::int64_t>{},
                        .minimum = 0,
                        .maximum = 4095},
            {.key = "repeat-scale",
                .title = "Scale of repeats",
                .help = "Factor on the output projections of blocks that appear again: 1 copies, "
                        "0 makes them identities.",
                .defaultValue = 1.0,
                .minimum = 0,
                .maximum = 2}},
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planPassthrough,
        .accepts = acceptsList,
        .preserves = preservesList,
    };
}

} // namespace espalier
