// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/method.h"

#include <cstdint>
#include <vector>

namespace espalier {

// Pieces of plans that add blocks. Sources are parent blocks, one for each destination block of the
// trunk.

/// The whole stack again and again: block j is block j mod n.
[[nodiscard]] std::vector<std::int64_t> stackBlocks(std::int64_t n, std::int64_t wanted);

/// The whole stack as often as it fits, then its uppermost blocks (bert2BERT, arXiv 2110.07143).
[[nodiscard]] std::vector<std::int64_t> stackBlocksFromTop(std::int64_t n, std::int64_t wanted);

/// Every block repeated in place: block j is block floor(j n / wanted).
[[nodiscard]] std::vector<std::int64_t> repeatBlocks(std::int64_t n, std::int64_t wanted);

/// Blocks repeated in place, those with the lowest scores once more than the others.
[[nodiscard]] std::vector<std::int64_t> repeatLowest(
    const std::vector<double>& scores, std::int64_t wanted);

/// Parent blocks in their order, copies after blocks at even distances (LLaMA-Pro, arXiv
/// 2401.02415).
[[nodiscard]] std::vector<std::int64_t> insertBlocks(std::int64_t n, std::int64_t wanted);

/// Which of these are no parent block's first appearance.
[[nodiscard]] std::vector<bool> repeatsIn(const std::vector<std::int64_t>& sources);

/// One row per source, then the parent's class-attention blocks.
void addBlocks(TransferPlan& plan, const std::vector<std::int64_t>& sources);

/// The block adds nothing to the stream: output projections and their biases are zero, or, where a
/// norm stands behind them (Sandwich), that norm is.
void silenceBlock(TransferPlan& plan, int block);
/// Multiplies what the block adds to the stream by a factor other than 0.
void scaleBlock(TransferPlan& plan, int block, double scale);
/// One row per source, those that appear again silent.
void addWithSilentRepeats(TransferPlan& plan, const std::vector<std::int64_t>& sources);

/// Silent blocks let the stream pass: everywhere but where a norm stands on the stream itself.
[[nodiscard]] bool silentBlocksPass(const ModelConfig& parent);

/// Why stacks are not: their reason in Preservation.
inline constexpr const char* kRunTwice = "blocks that appear again change the stream again";

/// Exact where only silent blocks were added; says why it is not under post-norm.
[[nodiscard]] Preservation preservedBySilence(const PlanRequest& request);

} // namespace espalier
