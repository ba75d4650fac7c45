// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/shape_solver.h"
#include "core/methods/option.h"
#include "core/plan/learned_masks.h"
#include "core/plan/measurements.h"
#include "core/plan/transfer_plan.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// What a method is given. A plan is a pure function of it.
struct PlanRequest
{
    ModelConfig parent;
    ModelShape childShape; ///< when a method sees it, sizes of the task are the parent's
    const Measurements* measurements = nullptr; ///< required if the method needs them; not owned
    const LearnedMasks* masks = nullptr; ///< without them a method that learns some plans what it
                                         ///< would before they have learned; not owned
    Options options = {}; ///< completed against the method's specs
    Seed seed = {};
};

enum class Direction
{
    Shrink,
    Grow,
    Control
};

/// What has to be had before a method can plan.
struct MethodNeeds
{
    std::vector<std::string_view> measurements = {}; ///< ids in the measurement catalog
    bool gradients = false; ///< some of them need backward passes
    bool training = false; ///< the plan itself is tuned on data (see Method::learning)
    bool fitting = false; ///< its rows are scaled on data, without a loss (see Method::fitting)

    /// Is there anything that takes samples?
    [[nodiscard]] bool data() const
    {
        return !measurements.empty() || training || fitting;
    }
};

/// How a plan's Dense maps and block weights are tuned on the destination's loss before it is used
/// (LiGO, arXiv 2303.00980, section 3.2): AdamW, linear warm-up, then linear decay to 0.
struct PlanLearning
{
    std::int64_t steps = 100;
    std::int64_t warmupSteps = 10;
    std::int64_t batch = 16; ///< samples per step
    double learningRate = 1e-3;
    double weightDecay = 0;
    double clipNorm = 1;
    bool width = true; ///< tune Dense maps
    bool depth = true; ///< tune weights of source blocks
    friend bool operator==(const PlanLearning&, const PlanLearning&) = default;
};

/// How gates over a parent's axes learn what to keep before the plan is made (Sheared LLaMA, arXiv
/// 2310.06694, section 2.1; core/training/mask_learner.h).
struct MaskLearning
{
    std::int64_t steps = 200;
    std::int64_t batch = 16; ///< samples per step
    double rampShare = 0.2; ///< of the steps, until the wanted shape is asked for in full
    double maskRate = 0.2;
    double multiplierRate = 1;
    friend bool operator==(const MaskLearning&, const MaskLearning&) = default;
};

/// What rows of a plan's matrices are multiplied by on data after it is made, so that what they
/// compute spreads as in the parent (core/training/scale_fitter.h).
enum class ScaleFit
{
    Outputs, ///< each row's output
    Logits ///< each head's attention logits, by its query rows
};

/// Whether a destination computes the same logits as its parent, to rounding, on all inputs that
/// both read.
struct Preservation
{
    bool exact = false;
    std::string reason; ///< why not, for a person to read: "norms see unequal copies"
};

/// An initialisation method: one file with such a value and a row in catalog.cpp. No method
/// mentions a family.
struct Method
{
    std::string_view id;
    std::string_view title;
    std::string_view summary; ///< one sentence
    std::string_view paper;
    std::string_view formula; ///< what it computes, in the papers' symbols
    std::string_view evidence; ///< when it is known to help or to hurt, with sources
    std::string_view cost; ///< beyond measuring and copying; empty: none
    std::string_view startTitle; ///< what a race calls a model that starts this way: "subcloned"
    double learningRate = 1e-3; ///< peak rate that suits such a start, where nobody swept it yet
    Direction direction = Direction::Shrink;
    Reach reach;
    std::vector<OptionSpec> options;
    /// What it needs under these options (subcloning with "first" order needs no measurements).
    MethodNeeds (*needs)(const Options& options);
    /// Options are complete and the shape is checked when this is called.
    Result<TransferPlan> (*plan)(const PlanRequest& request);
    /// Refused, with the rule, for parents and options that the method cannot serve; asked before
    /// anything is measured. Null: serves all.
    Status (*accepts)(const PlanRequest& request) = nullptr;
    /// Null: never preserved but at full size.
    Preservation (*preserves)(const PlanRequest& request) = nullptr;
    /// Nothing: the plan is used as it is. Null: always.
    std::optional<PlanLearning> (*learning)(const Options& options) = nullptr;
    /// For methods whose plan reads PlanRequest::masks. Null: none.
    MaskLearning (*maskLearning)(const Options& options) = nullptr;
    /// Nothing: rows keep the plan's factors. Null: always.
    std::optional<ScaleFit> (*fitting)(const Options& options) = nullptr;
};

} // namespace espalier
