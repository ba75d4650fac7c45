// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_shape.h"
#include "core/measure/probe.h"

#include <array>
#include <span>

namespace espalier {

/// Zero at every place of a model of this shape.
[[nodiscard]] ChannelScores zeroScores(const ModelShape& shape);

/// The scores of the channels seen at a tap of a block, in the trunk or behind it; empty for taps
/// without scores.
[[nodiscard]] std::span<double> scoresAt(ChannelScores& scores, Tap tap, int block);

inline constexpr std::size_t kScorePlaces = 9;
/// The values of every place, in one order.
[[nodiscard]] std::array<std::vector<double>*, kScorePlaces> placesOf(ChannelScores& scores);
[[nodiscard]] std::array<const std::vector<double>*, kScorePlaces> placesOf(
    const ChannelScores& scores);

/// Sums over all rows that a pass showed, divided by how many there were: tokens, or samples where
/// the class token passes alone.
[[nodiscard]] ChannelScores meansOf(ChannelScores sums, const PassTotals& totals);

/// Every score replaced by change(score).
template <typename Change>
[[nodiscard]] ChannelScores mapped(ChannelScores scores, const Change& change)
{
    for (std::vector<double>* values : placesOf(scores))
        for (double& value : *values)
            value = change(value);
    return scores;
}

/// Every score replaced by change(score, the other's score).
template <typename Change>
void combine(ChannelScores& scores, const ChannelScores& other, const Change& change)
{
    const auto to = placesOf(scores);
    const auto from = placesOf(other);
    for (std::size_t place = 0; place < to.size(); ++place)
        for (std::size_t i = 0; i < to[place]->size(); ++i)
            (*to[place])[i] = change((*to[place])[i], (*from[place])[i]);
}

} // namespace espalier
