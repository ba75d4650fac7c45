// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Learned operators on disk, operators.h5:
//
//     /@format = "espalier operators 1"  @method @parent_hash @start_norm @distance @seconds @flops
//     /@parent_layers @parent_hidden …  @child_layers …      the six sizes of both models
//     /@class_layers
//     /width/network/residual/write         [free rows, parent]   @moved: distance from the start
//     /width/block 0003/query/write         [free rows, parent]
//     /width/block 0003/query/read          the same where readers have a matrix of their own
//     /width/block 0003/query/unit_rows     [rows]    parent index that a row copies, -1: a free
//     row;
//                                           [0]: all rows are free
//     /depth/attention.qkv.weight/query     [destination blocks, parent blocks]   @moved
//     /depth/mlp.up.weight/all              the same for all rows
//     /losses  /distances                   [steps]
//
// All float64. A block that shares an earlier one's operator has no group of its own; Context
// follows Value. Keys are read with h5py as they are named here.

#include "core/base/result.h"
#include "core/plan/learned_operators.h"

#include <filesystem>

namespace espalier {

/// Replaces the file whole. Errors: Resource.
[[nodiscard]] Status writeOperators(
    const LearnedOperators& learned, const std::filesystem::path& file);

/// Errors: Refused, naming file and dataset: not such a file, unknown names, sizes that do not fit
/// one another or the sizes of the two models. withOperators says whether they fit a plan.
[[nodiscard]] Result<LearnedOperators> readOperators(const std::filesystem::path& file);

} // namespace espalier
