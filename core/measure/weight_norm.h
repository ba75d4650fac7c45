// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <memory>

namespace espalier {

/// Of every channel, at every place of ChannelScores: the sum of the L2 norms of the rows that
/// write it there times the sum of the norms of the columns that read it next (both of matrices and
/// tables alone). Behind a norm, its gain stands in for the rows. No data take part. See
/// axis_members.h.
[[nodiscard]] std::unique_ptr<Probe> beginWeightNorm(const ModelConfig& config);

} // namespace espalier
