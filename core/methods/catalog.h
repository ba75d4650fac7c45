// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/shape_solver.h"
#include "core/methods/method.h"

#include <span>

namespace espalier {

/// Every method, one row each; the first is what a person gets who names none.
[[nodiscard]] std::span<const Method> methods();
/// The start that every other one must beat.
[[nodiscard]] const Method& controlMethod();
[[nodiscard]] const Method* findMethod(std::string_view id);
/// Refused, listing the known ids, if there is none.
[[nodiscard]] Result<const Method*> methodOf(std::string_view id);

[[nodiscard]] ShapeBounds boundsOf(const Method& method, const ModelConfig& parent);

/// Completes the request's options and refuses what cannot be planned, before anything is measured:
/// unknown options, shapes out of reach, parents that the method does not serve.
[[nodiscard]] Status checkRequest(const Method& method, PlanRequest& request);

/// Whether this destination computes what the parent does on inputs that both read; exact at full
/// size. The request has passed checkRequest.
[[nodiscard]] Preservation preservationOf(const Method& method, const PlanRequest& request);

/// The one way to a plan: completes the options, checks direction, shape and needs, lets the method
/// plan the trunk, gives the plan the task's sizes (core/plan/task_sizes.h) and checks it.
[[nodiscard]] Result<TransferPlan> makePlan(const Method& method, PlanRequest request);

} // namespace espalier
