// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/method.h"

#include <cstdint>
#include <map>
#include <vector>

namespace espalier {

// Pieces of plans that widen by copying channels, whole heads and MLP units. All index lists are
// child_from_parent and begin with the parent's own n.

/// What the places behind the parent's own are copies of.
enum class CopyRule
{
    Circular, ///< 0, 1, …, n - 1, again and again
    Balanced, ///< random, no index more than once oftener than another
    Uniform ///< random, each on its own (Net2Net, arXiv 1511.05641, section 2.3)
};

[[nodiscard]] std::vector<std::int64_t> copiesFor(
    CopyRule rule, std::int64_t n, std::int64_t wanted, Seed seed);

/// Identity where nothing is added, else a Repeat whose readers divide by the copies.
[[nodiscard]] AxisMap copyMap(std::int64_t parentLength, std::vector<std::int64_t> copies);

/// Heads and key/value groups such that every parent head is there and each head reads a copy of
/// its own group.
struct GrownHeads
{
    std::vector<std::int64_t> heads;
    std::vector<std::int64_t> groups;
};
[[nodiscard]] GrownHeads growHeads(
    const ModelShape& parent, const ModelShape& child, CopyRule rule, Seed seed);

/// Refused if some parent head finds no place beside its group's copies.
[[nodiscard]] Status checkHeadsGrow(const ModelShape& parent, const ModelShape& child);

/// Maps of a block's own axes (see DestinationBlock), `mlp` that of its MLP.
[[nodiscard]] std::map<AxisLabel, AxisMap> growBlock(
    const ModelShape& parent, const ModelShape& child, AxisLabel mlp, CopyRule rule, Seed seed);

/// Gives every block its (first) source block's: copies of a block are widened alike.
void growBlocks(TransferPlan& plan, CopyRule rule);

/// The whole width by copies: residual channels (one map for the network), heads and MLP units,
/// and what hangs on them, the magnitude of embeddings and a tied head.
void widenByCopies(TransferPlan& plan, CopyRule rule);
/// Option "copies": balanced or uniform.
[[nodiscard]] OptionSpec copyRuleOption();
[[nodiscard]] CopyRule copyRuleIn(const Options& options);
/// checkHeadsGrow of a request.
[[nodiscard]] Status acceptsCopies(const PlanRequest& request);
/// Exact where norms of the stream see equally many copies of each channel.
[[nodiscard]] Preservation preservedByCopies(const PlanRequest& request);

/// For every matrix that reads copies: noise of this signal to noise ratio that sums to nothing
/// over the copies of an input, so that the outputs stay (HyperCloning, arXiv 2409.12903).
void addBalancedNoise(TransferPlan& plan, double decibels);
/// Options "noise" and "snr" for it.
[[nodiscard]] std::vector<OptionSpec> balancedNoiseOptions();
/// What those options say.
void addChosenNoise(TransferPlan& plan, const Options& options);

/// Whether any size but the layers differs.
[[nodiscard]] bool changesWidth(const PlanRequest& request);

} // namespace espalier
