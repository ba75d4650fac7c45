// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

/// One start, trained once: an arm of a comparison under one learning rate and one seed. Losses are
/// validation losses in nats; NaN and infinities are kept as they came.
struct ComparisonRun
{
    std::string arm; ///< "subcloning", "subcloning order=first"
    double learningRate = 0;
    std::int64_t seed = 0;
    double untrainedLoss = 0;
    double trainedLoss = 0;
    std::optional<double> trainedAccuracy = std::nullopt; ///< image classification
    double startSeconds = 0; ///< measuring, planning, learning and making the start
    double stepSeconds = 0; ///< per training step, mean

    friend bool operator==(const ComparisonRun&, const ComparisonRun&) = default;
};

/// A mean over seeds with its 95 % interval (Student's t; none for a single seed).
struct Estimate
{
    double mean = 0;
    std::optional<double> halfWidth = std::nullopt;
};
/// Of at least one value.
[[nodiscard]] Estimate estimateOf(const std::vector<double>& values);

/// An arm at the learning rate with the lowest mean loss after training.
struct ArmSummary
{
    std::string arm;
    Estimate untrainedLoss;
    Estimate trainedLoss;
    std::optional<Estimate> trainedAccuracy = std::nullopt;
    double learningRate = 0;
    bool atEdge = false; ///< no higher, or no lower, rate was tried: the sweep should be wider
    std::int64_t seeds = 0;
    double startInSteps = 0; ///< cost of the start, in training steps
};

/// One summary per arm, best trained loss first. A rate with any NaN or infinity cannot win; an arm
/// that has nothing else comes last, with NaN.
[[nodiscard]] std::vector<ArmSummary> summarise(const std::vector<ComparisonRun>& runs);

/// Start, untrained loss, loss after training, accuracy (if any), learning rate, cost, seeds.
[[nodiscard]] Table comparisonTable(const std::vector<ArmSummary>& summaries);

/// A GitHub-flavoured Markdown table.
[[nodiscard]] std::string toMarkdown(const Table& table);

} // namespace espalier
