// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/stream_match.h"

#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <numeric>
#include <utility>

namespace espalier {

namespace {

Error noMatch(std::string_view found)
{
    return refused(fmt::format("hidden states: found {}, wanted a start that keeps channels and "
                               "blocks of its parent, in order",
        found));
}

/// The parent's channels; identity where nothing maps them.
Result<std::vector<std::int64_t>> channelsOf(const TransferPlan& plan)
{
    std::vector<std::int64_t> all(static_cast<std::size_t>(plan.child.shape.hidden));
    std::iota(all.begin(), all.end(), 0);
    const auto map = plan.globalMaps.find(AxisLabel::Residual);
    if (map == plan.globalMaps.end() || map->second.kind == AxisMap::Kind::Identity)
        return all;
    if (map->second.kind != AxisMap::Kind::Select)
        return noMatch("a stream that is no selection of the parent's");
    return map->second.child_from_parent;
}

bool hasOwnStream(const DestinationBlock& block)
{
    bool own = block.maps.contains(AxisLabel::Residual);
    for (const SourceTerm& term : block.terms)
        own = own || term.maps.contains(AxisLabel::Residual);
    return own;
}

/// Of the trunk; nobody sees a stream behind it.
Result<std::vector<int>> trunkBlocksOf(const TransferPlan& plan)
{
    std::vector<int> blocks;
    for (std::size_t j = 0; std::cmp_less(j, plan.child.shape.layers); ++j) {
        const DestinationBlock& block = plan.blocks[j];
        if (block.terms.size() != 1 || hasOwnStream(block))
            return noMatch("blocks that are no copies of one parent block");
        const int parent = block.terms.front().parentBlock;
        if (!blocks.empty() && parent <= blocks.back())
            return noMatch(fmt::format("block {} behind block {}", parent, blocks.back()));
        blocks.push_back(parent);
    }
    return blocks;
}

} // namespace

Result<StreamMatch> streamMatchOf(const TransferPlan& plan)
{
    Result<std::vector<std::int64_t>> channels = channelsOf(plan);
    if (!channels)
        return channels.error();
    Result<std::vector<int>> blocks = trunkBlocksOf(plan);
    if (!blocks)
        return blocks.error();
    return StreamMatch{*std::move(channels), *std::move(blocks)};
}

at::Tensor hiddenStateLoss(const Streams& student, const Streams& teacher, const StreamMatch& match)
{
    at::Tensor sum;
    double count = 0;
    for (const auto& [block, stream] : student) {
        const at::Tensor channels = at::tensor(match.channels, at::kLong).to(stream.device());
        const at::Tensor wanted = teacher.at(match.blocks[static_cast<std::size_t>(block)])
                                      .detach()
                                      .index_select(-1, channels);
        const at::Tensor share =
            stream.sub(wanted).square().sum().div(wanted.square().sum().clamp_min(1e-12));
        sum = sum.defined() ? sum.add(share) : share;
        ++count;
    }
    return count > 0 ? sum.div(count) : at::zeros({}, at::kFloat);
}

} // namespace espalier
