// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Measurements on disk, m.h5:
//
//     /@format = "espalier measurements 1"  @parent_hash @data @source @samples @sequence_length
//     @batch
//     /@validation_share @tokens @base_loss  and, where they differ from the usual: @text_field
//     @tokenizer @skip_broken
//     /scores/embedding        [d]
//     /scores/after_attention  [layers, d]      mean |activation|, see core/plan/measurements.h
//     /scores/after_mlp        [layers, d]
//     /scores/context          [layers, heads x head-dim]
//     /scores/mlp              [layers, m]
//     /change/block  /change/attention  /change/mlp      [layers]
//     /loss/removed  /loss/duplicated                    [layers], [0] if not measured
//
// All float64. Keys are read with h5py as they are named here.

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
