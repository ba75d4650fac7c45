// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/meaning.h"
#include "core/methods/method.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace espalier {

// Which parent blocks a shallower model keeps.

enum class Depth
{
    Middle, ///< without the middle: the first ceil(kept/2) and the last floor(kept/2) (Samragh et
            ///< al. 2023, section 4.2)
    First,
    Last,
    Uniform, ///< round(j (n-1) / (kept-1))
    List,
    LowestChange, ///< without those of the least residual change
    LowestInfluence, ///< … block influence (Men et al. 2024, arXiv 2403.03853)
    LowestLoss, ///< … loss without them
    LowestScore, ///< … sum of their heads' and units' scores (Kim et al. 2024, arXiv 2402.02834)
    BestRun, ///< without the run of blocks whose ends are most alike (Gromov et al. 2024, arXiv
             ///< 2403.17887)
    Deepest, ///< without the deepest but the last (the same paper's simple rule)
    Greedy, ///< one block after the other, the loss measured again each time (Song et al. 2024,
            ///< arXiv 2402.09025)
};
inline constexpr auto kDepths = std::to_array<Meaning<Depth>>({
    {Depth::Middle, "middle", "Without the middle"},
    {Depth::First, "first", "First"},
    {Depth::Last, "last", "Last"},
    {Depth::Uniform, "uniform", "Evenly spaced"},
    {Depth::LowestChange, "lowest-change", "Without least change"},
    {Depth::LowestInfluence, "lowest-influence", "Without least influence"},
    {Depth::LowestLoss, "lowest-loss", "Without least loss"},
    {Depth::LowestScore, "lowest-score", "Without least scores"},
    {Depth::BestRun, "best-run", "Without the best run"},
    {Depth::Deepest, "deepest", "Without the deepest"},
    {Depth::Greedy, "greedy", "Greedy by loss"},
    {Depth::List, "list", "As listed"},
});

struct DepthRule
{
    Depth depth = Depth::Middle;
    std::vector<std::int64_t> list = {}; ///< List alone
    std::int64_t protectFirst = 0; ///< blocks that Lowest… and BestRun never remove, while others
    std::int64_t protectLast = 0; ///< remain
    std::string_view metric = kMeanAbs; ///< LowestScore alone
};

/// The four rules that need nothing but numbers: Middle, First, Last, Uniform, and Deepest.
[[nodiscard]] std::vector<std::int64_t> keepBlocks(Depth depth, std::int64_t n, std::int64_t kept);

/// Drops the lowest scores; ties go to the later block, and a score that is NaN is not low.
[[nodiscard]] std::vector<std::int64_t> keepBlocksByScore(
    const std::vector<double>& scores, std::int64_t kept, const DepthRule& protect);

void addNeeds(MethodNeeds& needs, const DepthRule& rule);

/// The parent block of every destination block of the trunk. Refused for a list that does not fit
/// and for measurements that are missing or another parent's.
[[nodiscard]] Result<std::vector<std::int64_t>> chooseBlocks(
    const PlanRequest& request, const DepthRule& rule);

} // namespace espalier
