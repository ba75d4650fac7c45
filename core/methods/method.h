// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/option.h"
#include "core/plan/measurements.h"
#include "core/plan/transfer_plan.h"

#include <string_view>
#include <vector>

namespace espalier {

/// What a method is given. A plan is a pure function of it.
struct PlanRequest
{
    ModelConfig parent;
    ModelShape childShape;
    const Measurements* measurements = nullptr; ///< required if the method needs them; not owned
    Options options = {}; ///< completed against the method's specs
    Seed seed = {};
};

enum class Direction
{
    Shrink,
    Grow,
    Control
};

struct MethodNeeds
{
    bool measurements = false;
    bool gradients = false;
    bool training = false;
};

/// An initialisation method: one file with such a value and a row in catalog.cpp. No method
/// mentions a family.
struct Method
{
    std::string_view id;
    std::string_view title;
    std::string_view summary; ///< one sentence
    std::string_view paper;
    std::string_view startTitle; ///< what a race calls a model that starts this way: "subcloned"
    double learningRate = 1e-3; ///< peak rate that suits such a start, where nobody swept it yet
    Direction direction = Direction::Shrink;
    bool mayShrink = true;
    bool mayGrow = false;
    bool keepsHeadDim = true; ///< destinations keep the parent's head size
    std::vector<OptionSpec> options;
    /// What it needs under these options (subcloning with "first" order needs no measurements).
    MethodNeeds (*needs)(const Options& options);
    /// Options are complete and the shape is checked when this is called.
    Result<TransferPlan> (*plan)(const PlanRequest& request);
};

} // namespace espalier
