// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/measurement_words.h"

#include "core/plan/measurements.h"

#include <algorithm>
#include <array>

namespace espalier {

namespace {

/// Each includes those before it.
enum class Pass
{
    Weights,
    Forward,
    Backward
};

struct Row
{
    std::string_view id;
    std::string_view words;
    Pass pass = Pass::Forward;
    std::string_view further = {}; ///< passes beyond that one
};

constexpr auto kRows = std::to_array<Row>({
    {kMeanAbs, "the mean |activation| of every channel"},
    {"rms", "the root mean square of every channel"},
    {"variance", "the variance of every channel"},
    {"minitron", "the norm of every channel's means"},
    {"wanda", "every channel's weights times its norm"},
    {"weight-norm", "the norms of every channel's weights", Pass::Weights},
    {"taylor", "the loss's gradients by the weights", Pass::Backward},
    {"activation-taylor", "the loss's gradients by the activations", Pass::Backward},
    {"residual-change", "how much every block changes the stream"},
    {"block-influence", "how far every block turns the stream"},
    {"angular-distance", "how far every run of blocks turns the stream"},
    {"block-losses", "the loss without each block", Pass::Forward,
        "two more for each block, left out and run twice"},
    {"greedy-removal", "which blocks the loss misses least, one after another", Pass::Forward,
        "one more for each block that may go, each time one goes"},
    {"residual-covariance", "the second moment of the stream"},
    {"projection-moments", "the second moments of head contexts and MLP units"},
});

const Row* rowOf(std::string_view id)
{
    const auto found =
        std::find_if(kRows.begin(), kRows.end(), [id](const Row& row) { return row.id == id; });
    return found == kRows.end() ? nullptr : &*found;
}

std::string_view textOf(Pass pass)
{
    switch (pass) {
    case Pass::Weights:
        return "one pass over the weights";
    case Pass::Forward:
        return "one forward pass over the calibration samples";
    case Pass::Backward:
        return "forward and backward passes over the calibration samples";
    }
    return "";
}

} // namespace

std::string_view wordsOf(std::string_view measurement)
{
    const Row* const row = rowOf(measurement);
    return row == nullptr ? "" : row->words;
}

std::string costOf(std::span<const std::string_view> measurements)
{
    if (measurements.empty())
        return "";
    Pass most = Pass::Weights;
    std::string further;
    for (const std::string_view id : measurements)
        if (const Row* const row = rowOf(id)) {
            most = std::max(most, row->pass);
            if (!row->further.empty())
                further.append(", ").append(row->further);
        }
    return std::string(textOf(most)) + further;
}

} // namespace espalier
