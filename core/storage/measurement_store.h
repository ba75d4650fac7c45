// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Measurements on disk, m.h5:
//
//     /@format = "espalier measurements 2"  @parent_hash @data @source @samples @sequence_length
//     @batch @validation_share @tokens @base_loss  and, where they differ from the usual:
//     @text_field @tokenizer @skip_broken
//     /scores/METRIC/embedding        [d]     by metric id, "mean-abs"; see
//     /scores/METRIC/attention_norm   [layers, d]         core/plan/measurements.h
//     /scores/METRIC/after_attention  [layers, d]
//     /scores/METRIC/mlp_norm         [layers, d]
//     /scores/METRIC/after_mlp        [layers, d]
//     /scores/METRIC/context          [layers, heads x head-dim]
//     /scores/METRIC/mlp              [layers, m]
//     /scores/METRIC/class_context  /scores/METRIC/class_mlp       of class-attention blocks
//     /change/block  /change/attention  /change/mlp      [layers]
//     /influence/block                                   [layers]
//     /distance/angular                                  [layers, layers], row n - 1: n blocks on
//     /loss/removed  /loss/duplicated  /loss/greedy      [layers]
//     /order/greedy                                      [layers], block numbers
//     /moment/residual                                   [d, d]
//     /moment/context/BLOCK  /moment/mlp/BLOCK           [C, C], [m, m], for BLOCK = 0, 1, …,
//     class-attention ones last
//
// All float64. What was not measured is absent. Keys are read with h5py as they are named here.

#include "core/base/result.h"
#include "core/plan/measurements.h"

#include <filesystem>

namespace espalier {

/// Replaces the file whole. Errors: Resource.
[[nodiscard]] Status writeMeasurements(
    const Measurements& measurements, const std::filesystem::path& file);

/// Errors: Refused, naming file and dataset: not such a file, something missing, sizes that do not
/// fit one another.
[[nodiscard]] Result<Measurements> readMeasurements(const std::filesystem::path& file);

} // namespace espalier
