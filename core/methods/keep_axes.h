// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/meaning.h"
#include "core/methods/method.h"

#include <array>
#include <string_view>
#include <vector>

namespace espalier {

// Which residual channels (one set for the whole network), heads and MLP units (sets of their own
// in every block) a narrower model keeps.

enum class Order
{
    Importance, ///< the highest scores
    First,
    Stride,
    Random, ///< one random set for each axis
    Inconsistent, ///< every parameter of a block its own random rows and columns: the ablation that
                  ///< shows what alignment is worth (Xu et al. 2024, arXiv 2311.18823, table 2)
};
inline constexpr auto kOrders = std::to_array<Meaning<Order>>({
    {Order::Importance, "importance", "Most important first"},
    {Order::First, "first", "First k"},
    {Order::Stride, "stride", "Every k-th"},
    {Order::Random, "random", "Random, consistent"},
    {Order::Inconsistent, "inconsistent", "Random, inconsistent"},
});

/// Places of the stream whose scores are summed into the one ranking of its channels. Places that a
/// metric has no scores for are left out.
enum class Taps
{
    Sublayers, ///< embedding, after attention, after the MLP
    Blocks, ///< embedding, after the MLP
    NoEmbedding, ///< after attention, after the MLP
    Norms, ///< what attention and MLP read (Minitron)
    All,
};
inline constexpr auto kTaps = std::to_array<Meaning<Taps>>({
    {Taps::Sublayers, "sublayers", "Embedding, sublayers"},
    {Taps::Blocks, "blocks", "Embedding, blocks"},
    {Taps::NoEmbedding, "no-embedding", "Sublayers alone"},
    {Taps::Norms, "norms", "Behind norms"},
    {Taps::All, "all", "All of them"},
});

/// How the scores of a head's channels become the head's.
enum class HeadScore
{
    Mean, ///< Samragh et al. 2023, figure 6
    L2, ///< Muralidharan et al. 2024, arXiv 2407.14679
};
inline constexpr auto kHeadScores = std::to_array<Meaning<HeadScore>>({
    {HeadScore::Mean, "mean", "Mean of its channels"},
    {HeadScore::L2, "l2", "Root of squares"},
});

struct WidthRule
{
    Order order = Order::Importance;
    std::string_view metric = kMeanAbs; ///< Importance alone, as are the next three
    Taps taps = Taps::Sublayers;
    bool normalise = false; ///< every tap's scores sum to 1 first
    HeadScore headScore = HeadScore::Mean;
    bool splitsHeads = false; ///< Query, Key, Value and Context are chosen channel by channel
                              ///< (Stride alone: the published weight selection)
};

/// The metrics that score channels, as choices of an option.
[[nodiscard]] std::vector<OptionChoice> metricChoices();
/// The id in the choices that is equal to the option's value.
[[nodiscard]] std::string_view metricIn(const Options& options);

void addNeeds(MethodNeeds& needs, const WidthRule& rule);

/// Refused, naming what to measure, if the scores do not fit the parent or lack a place that the
/// rule must rank.
[[nodiscard]] Status checkScores(const PlanRequest& request, const WidthRule& rule);

/// Gives a plan, whose blocks have their sources already, the maps of Residual, Query, Key, Value,
/// Context, Head and Mlp or ClassMlp. Key/value groups are chosen first, by the mean of their
/// heads, then equally many heads inside each group, so that every kept query head reads its own
/// group. Class-attention blocks choose theirs as those of the trunk do. Scores have passed
/// checkScores.
void keepAxes(TransferPlan& plan, const PlanRequest& request, const WidthRule& rule);

} // namespace espalier
