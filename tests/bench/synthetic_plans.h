// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/method.h"

#include <functional>
#include <string_view>

namespace espalier::bench {

/// Calls work(method, request, plan) for every method that makes this parent half or twice as large
/// along each axis that it reaches; prints a line for those that cannot (they learn operators,
/// which are of the weights' size, or want another family). `method`: this one alone, if given.
void forEveryPlan(const ModelConfig& parent, std::string_view method,
    const std::function<void(const Method&, const PlanRequest&, const TransferPlan&)>& work);

} // namespace espalier::bench
