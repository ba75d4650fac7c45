// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <filesystem>
#include <functional>
#include <vector>

namespace espalier {

/// What a pass goes over.
struct PassBatches
{
    std::int64_t count = 0;
    std::function<Batch(std::int64_t)> at; ///< the same batch for the same number
};

/// Takes every batch there and back past probes that ask for gradients. Errors: Cancelled.
[[nodiscard]] Result<PassTotals> passGradients(const ParameterSet& parameters,
    const PassBatches& batches, const std::vector<Probe*>& probes, const Progress& progress);

/// The same with weights that come block by block. Each block is asked for twice in all: all
/// batches pass it on the way there, and their streams in front of it are put aside in `scratch`
/// (WaitingStreams); on the way back they pass it once more, recorded this time, and its gradients
/// are complete before the one in front of it is read. Source: Chen et al. 2016 (arXiv 1604.06174),
/// section 4, with a checkpoint in front of every block.
///
/// Activations and gradients are the same to the bit but for a table that is the head's matrix as
/// well, whose gradients are summed in another order. Errors: those of the files, too.
[[nodiscard]] Result<PassTotals> passGradients(WeightSource& weights, const PassBatches& batches,
    const std::vector<Probe*>& probes, const std::filesystem::path& scratch,
    const Progress& progress);

} // namespace espalier
