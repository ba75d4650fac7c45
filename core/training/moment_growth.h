// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"

#include <ATen/core/Tensor.h>

#include <map>

namespace espalier {

/// AdamW's two moments of every parameter.
struct Moments
{
    std::map<ParameterId, at::Tensor> first;
    std::map<ParameterId, at::Tensor> second;
};

/// Moments for the destination of a plan whose cells are copies: cell = s * parent cell, c cells of
/// the same destination parameter being made of that parent cell. If the logits stay the same, the
/// copies share the parent cell's gradient g, so each has g / (c s): first moments are divided by
/// c s, second ones by its square. Doubling every axis gives the published halves and quarters
/// (staged training, Shen et al. 2022, arXiv 2203.06211, section 3.3). Cells made of nothing start
/// at 0. Copies in other blocks are not counted: each block keeps its moments whole, as
/// StackBERT's option does.
///
/// Refused, naming the parameter: cells that mix several parent cells (learned maps, means, sums of
/// blocks), for they share no gradient.
[[nodiscard]] Result<Moments> grownMoments(const TransferPlan& plan, const Moments& parent);

/// Whether grownMoments would accept the plan; costs no moments.
[[nodiscard]] Status carriesMoments(const TransferPlan& plan);

} // namespace espalier
