// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/forward/batch.h"
#include "core/forward/block.h"
#include "core/forward/head.h"
#include "core/forward/taps.h"
#include "core/tensors/parameter_set.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace espalier {

/// Forward passes as plain functions over a ParameterSet. They read sizes and flavour from its
/// config, never the family's name, and record gradients when the parameters require them (and no
/// at::NoGradGuard is held).

/// Tokens that some blocks see; the others pass those blocks by.
struct TokenSubset
{
    at::Tensor columns_K; ///< int64, ascending
    int firstBlock = 0;
    int endBlock = 0; ///< the first block that sees all tokens again
};

struct ForwardOptions
{
    /// Blocks in the order in which they run: without one it is removed, with one twice it is
    /// duplicated.
    std::optional<std::vector<int>> blocks = std::nullopt;
    TapObserver observer = {};
    std::optional<TokenSubset> tokens = std::nullopt;
};

/// The stream that leaves the trunk's last block. [B, T, D]
[[nodiscard]] at::Tensor runTrunk(
    const ParameterSet& parameters, const Batch& batch, const ForwardOptions& options = {});

/// runHead(runTrunk(…)).
[[nodiscard]] at::Tensor logitsOf(
    const ParameterSet& parameters, const Batch& batch, const ForwardOptions& options = {});

/// Inputs, sizes and values that the model cannot take (token ids outside the vocabulary, too many
/// tokens, other image size): Refused, naming found and wanted. Everything above expects that this
/// has been asked.
[[nodiscard]] Status checkBatch(const ModelConfig& config, const Batch& batch);

} // namespace espalier
