// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/method.h"

#include <map>
#include <string_view>
#include <vector>

namespace espalier {

// Pieces of plans that methods share.

/// A plan without blocks, maps and rules: method, parent, and the parent's config at the child's
/// shape.
[[nodiscard]] TransferPlan planFor(std::string_view method, const PlanRequest& request);

/// Whether a rule makes the parameter without any source.
[[nodiscard]] bool isFresh(const TransferPlan& plan, ParameterId id);

/// Where a factor of the head goes when the head is the token embedding, which must not be scaled.
enum class TiedHead
{
    Fold, ///< into the last norm: head(s norm(x)) = s head(norm(x)). Untied where none is last
    Untie, ///< into an own copy of the embedding
    Leave
};
/// Multiplies the logits of a model with a tied head by `scale`, less what the embedding's own
/// scale does already; nothing for other models.
void scaleTiedHead(TransferPlan& plan, double scale, TiedHead policy);

/// Multiplies what a norm's gain does by `scale`, on top of its rule's; fresh gains stay. A gain g
/// with an offset o becomes s g + (s - 1) o.
void scaleGain(TransferPlan& plan, ParameterId gain, double scale);

/// Families that multiply embeddings by sqrt(hidden) (Gemma) would change their magnitude with the
/// width: the table gets the factor sqrt(d/d') that keeps it.
void keepEmbeddingMagnitude(TransferPlan& plan);

/// For growth with a Residual map whose readers divide by the copies: a tied head cannot divide (it
/// is a writer, too), so the last norm does, channel by channel; where none is last, or its gain
/// has an offset and copies are unequal, the head is untied.
void divideTiedHead(TransferPlan& plan);

/// Maps of Query, Context, Key, Value and Head for whole heads: each destination head is that
/// parent head, each key/value group that parent group, readers divided by the copies. Identity
/// where nothing changes.
[[nodiscard]] std::map<AxisLabel, AxisMap> headMaps(const ModelShape& parent,
    const std::vector<std::int64_t>& childHead_from_parent,
    const std::vector<std::int64_t>& childGroup_from_parent);

} // namespace espalier
