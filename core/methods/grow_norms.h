// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/method.h"

namespace espalier {

// Norms of a stream that was made longer by channels which a norm does not notice: zeros under root
// mean squares, the mean of the others under layer norm. Over k copies of d channels in d' the
// spread shrinks by eta = sqrt(k d / d').

/// eta for these shapes, k being the copies that fit whole.
[[nodiscard]] double spreadOf(const ModelShape& parent, const ModelShape& child);

/// Gains of all norms on the stream times eta (on top of their rules), and the epsilon times
/// eta^2, so that normalised values stay exactly. Norms of queries and keys, which share the
/// epsilon, get queries and keys times eta: call this when blocks have their maps.
void letNormsFollow(TransferPlan& plan, double eta);

/// Gains that no parent gain leads to become those of a fresh model, so that they can learn.
void freshenGains(TransferPlan& plan);

/// Random values of the matrix's own spread where a reader of the stream meets channels that hold
/// nothing: free to choose, since they are multiplied by zero.
void fillFreeColumns(TransferPlan& plan);

/// Whether every norm on the stream is one behind which nothing is added unnormalised: what exact
/// growth to any width needs. Refused with the rule and the nearest whole multiples of the hidden
/// size if not.
[[nodiscard]] Status checkAnyWidth(const PlanRequest& request);

} // namespace espalier
