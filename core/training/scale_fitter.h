// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/forward/batch.h"
#include "core/methods/method.h"
#include "core/tensors/parameter_set.h"

#include <vector>

namespace espalier {

/// Multiplies rows of a narrower model's matrices so that what they compute spreads as in the
/// parent, block by block in the order of the forward pass, every block reading what the fitted
/// ones in front of it leave (Samragh et al. 2023, arXiv 2312.09299, leave the factor open in
/// section 4.1; these two are data's answer to sqrt(d/d')):
///
///     Outputs  row j of q, k, v, output, up and down projections by sigma(y_j in the parent) /
///              sigma(y_j here), y = W x + b over all tokens that are not padding; a gated MLP's
///              gate and up rows of one unit by a common factor, of their summed variances
///     Logits   a head's query rows and biases by sigma(its attention logits in the parent) /
///              sigma(here), over all pairs of tokens that may look at each other; nothing where
///              queries are normalised
///
/// Class-attention blocks follow the trunk's; there the class token alone asks, so that queries
/// and what comes behind the heads spread over samples.
///
/// A factor that is not finite or not above 0 (a dead unit) is 1; other biases stay; blocks made of
/// several parent blocks, or of none, stay as they are, and so does what has a Dense map. The
/// factors become maps of the plan's rules, on top of what those say. At the parent's size all are
/// exactly 1.
///
/// fp32 on the CPU, moments in fp64; pure in its inputs. Cost: about six passes of the destination
/// and two of the parent over the batches; memory: weights of both and two streams per sample.
/// Errors: Cancelled.
[[nodiscard]] Result<TransferPlan> fitScales(TransferPlan plan, const ParameterSet& parent,
    const std::vector<Batch>& batches, ScaleFit fit, const Progress& progress = {});

} // namespace espalier
