// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/shrink.h"

#include "core/methods/grow_depth.h"

namespace espalier {

MethodNeeds needsOf(const ShrinkRules& rules)
{
    MethodNeeds needs;
    addNeeds(needs, rules.width);
    addNeeds(needs, rules.depth);
    addNeeds(needs, rules.scale);
    return needs;
}

Result<TransferPlan> planShrink(
    std::string_view method, const PlanRequest& request, const ShrinkRules& rules)
{
    const Result<std::vector<std::int64_t>> blocks = chooseBlocks(request, rules.depth);
    if (!blocks)
        return blocks.error();
    if (const Status scores = checkScores(request, rules.width); !scores)
        return scores.error();
    TransferPlan plan = planFor(method, request);
    addBlocks(plan, *blocks);
    keepAxes(plan, request, rules.width);
    if (const Status scaled = rescale(plan, request, rules.scale); !scaled)
        return scaled.error();
    return plan;
}

OptionSpec protectOption(std::string_view key, std::string_view title, std::int64_t blocks)
{
    return {.key = key,
        .title = title,
        .help = "Blocks at this end that rules by scores or runs never remove, while others remain "
                "(removing the first usually ruins the model).",
        .defaultValue = blocks,
        .minimum = 0,
        .maximum = 64};
}

} // namespace espalier
