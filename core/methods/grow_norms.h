// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/method.h"

namespace espalier {

// Norms of a stream that was made longer by channels which a norm does not notice: zeros under root
// mean squares, the mean of the others under layer norm. Over k copies of d channels in d' the
// spread shrinks by eta = sqrt(k d / d'). LEMON (arXiv 2310.07999) lets gains and epsilon follow;
// here the stream is multiplied by 1/eta instead of the epsilon by eta^2, which norms cannot tell
// apart, so that the config.json of every family can state the result.

/// eta for these shapes, k being the copies that fit whole.
[[nodiscard]] double spreadOf(const ModelShape& parent, const ModelShape& child);

/// What writes the stream times 1/eta and gains of the norms that read it times eta (on top of
/// their rules), so that normed values stay exactly. Before a tied head is divided, which takes
/// this into account.
void keepNormedValues(TransferPlan& plan, double eta);

/// LayerScale's gains become 1, having multiplied the rows in front of them: what a block adds is a
/// matrix product then, and its mean another row. Nothing in models without.
void foldLayerScales(TransferPlan& plan);

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
