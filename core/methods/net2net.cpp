// SPDX-License-Identifier: GPL-3.0-or-later
//
// Net2Net (Chen et al. 2016, arXiv 1511.05641) for transformers: wider by random copies whose
// readers divide by the number of copies, deeper by blocks that start as identities.

#include "core/methods/grow_depth.h"
#include "core/methods/grow_width.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

namespace espalier {

namespace {

Result<TransferPlan> planNet2net(const PlanRequest& request)
{
    TransferPlan plan = planFor("net2net", request);
    addWithSilentRepeats(
        plan, insertBlocks(request.parent.shape.layers, request.childShape.layers));
    widenByCopies(plan, copyRuleIn(request.options));
    addChosenNoise(plan, request.options);
    return plan;
}

std::vector<OptionSpec> net2netOptions()
{
    std::vector<OptionSpec> options = {copyRuleOption()};
    for (OptionSpec& option : balancedNoiseOptions())
        options.push_back(std::move(option));
    return options;
}

} // namespace

Method net2netMethod()
{
    return {
        .id = "net2net",
        .title = "Net2Net",
        .summary = "Wider by random copies that share their readers' weights, deeper by identity "
                   "blocks.",
        .paper = "Chen et al. 2016, arXiv 1511.05641",
        .formula = "W'[j, :] = W[g(j), :],  U'[:, j] = U[:, g(j)] / |{i : g(i) = g(j)}|",
        .evidence = "Keeps the function where every residual channel has equally many copies, so "
                    "train on from the parent's loss. Copies learn alike until noise or dropout "
                    "parts them. At a billion parameters growing width by copies gained nothing "
                    "over scratch (-0.7 %, arXiv 2405.15319), HyperCloning gained 2.2 to 4 times.",
        .cost = "",
        .startTitle = "Net2Net",
        .direction = Direction::Grow,
        .reach = {.width = {.grow = true}, .depth = {.grow = true}},
        .options = net2netOptions(),
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planNet2net,
        .accepts = acceptsCopies,
        .preserves =
            [](const PlanRequest& request) {
                const Preservation width = preservedByCopies(request);
                return width.exact ? preservedBySilence(request) : width;
            },
    };
}

} // namespace espalier
