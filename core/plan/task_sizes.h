// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"

#include <string>

namespace espalier {

/// Gives a plan's destination the sizes of the task that `shape` has, whatever method made the
/// plan at the parent's:
///
///   vocab      fewer: the first rows; more: new rows are the mean of all, so that what they score
///              is no more than usual (Hewitt 2021, Initializing new word embeddings)
///   positions  fewer: the first ones; more: the table again from position 0, which keeps what near
///              positions mean to each other (Beltagy et al. 2020, arXiv 2004.05150, section 5)
///   image      positions resampled (core/plan/resample_grid.h)
///   classes    heads drawn anew, as the family's published scheme has them
///
/// `shape` has the plan's trunk and has passed checkShape.
void setTaskSizes(TransferPlan& plan, const ModelShape& shape);

/// Why a destination with these sizes of the task computes other logits than the parent on inputs
/// that both read; empty if it computes the same.
[[nodiscard]] std::string taskDifference(const ModelShape& parent, const ModelShape& shape);

} // namespace espalier
