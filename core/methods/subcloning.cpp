// SPDX-License-Identifier: GPL-3.0-or-later
//
// Weight subcloning (Samragh et al. 2023, arXiv 2312.09299). Two steps: keep the most important
// residual channels (one set for the whole network), heads and MLP units (their own sets per block)
// and multiply matrices by the square root of the fan-in ratio; then remove blocks. What the paper
// leaves open, and what it compares with, is an option.

#include "core/methods/rows.h"
#include "core/methods/shrink.h"

namespace espalier {

namespace {

ShrinkRules rulesFrom(const Options& options)
{
    const std::int64_t protectedEnds = std::get<std::int64_t>(options.at("protect"));
    const std::string_view metric = metricIn(options);
    return {.width = {.order = meantBy(options, "order", kOrders),
                .metric = metric,
                .taps = meantBy(options, "taps", kTaps),
                .normalise = std::get<bool>(options.at("normalise")),
                .headScore = meantBy(options, "head-score", kHeadScores)},
        .depth = {.depth = meantBy(options, "depth", kDepths),
            .list = std::get<std::vector<std::int64_t>>(options.at("blocks")),
            .protectFirst = protectedEnds,
            .protectLast = protectedEnds,
            .metric = metric},
        .scale = {.scale = meantBy(options, "scale", kScales),
            .tiedHead = meantBy(options, "tied-head", kTiedHeads)}};
}

/// Shown only under the order that looks at scores.
OptionSpec ofImportance(OptionSpec spec)
{
    spec.onlyWhenKey = "order";
    spec.onlyWhenValue = "importance";
    return spec;
}

std::vector<OptionSpec> widthOptions()
{
    return {
        choiceOption("order", "Order",
            "Which channels, heads and units stay. The paper keeps the highest mean |activation| "
            "(sections 4.1, 5.1). Ablations: first k, every k-th and random sets are consistent "
            "through the network; the inconsistent one draws them anew for every parameter.",
            "importance", kOrders),
        {.key = "metric",
            .title = "Importance",
            .help = "What makes a channel, head or unit important, by all metrics of the "
                    "literature; the paper's is the mean |activation|.",
            .defaultValue = std::string(kMeanAbs),
            .choices = metricChoices()},
        ofImportance(choiceOption("taps", "Residual taps",
            "Points of the residual stream whose scores are summed into the shared ranking "
            "(section 4.1, figure 8); Minitron sums what attention and MLP read, behind norms.",
            "sublayers", kTaps)),
        ofImportance({.key = "normalise",
            .title = "Weigh layers equally",
            .help = "Divide each tap's scores by their sum first; the paper's plain sum follows "
                    "the last, loudest layers.",
            .defaultValue = false}),
        ofImportance(choiceOption("head-score", "Score of a head",
            "From its channels' scores: their mean (figure 6), or the root of their squares "
            "(Minitron).",
            "mean", kHeadScores)),
    };
}

std::vector<OptionSpec> scaleOptions()
{
    return {
        choiceOption("scale", "Weight scale",
            "Factor on matrices that keeps the spread of outputs: √(d/d′) on all (section 4.1), or "
            "each matrix's own √(fan-in/fan-in′). Ablations: 1/√ρ on output and down projections, "
            "ρ being the kept share of their input's mean square, with or without σ_kept/σ on norm "
            "gains; ridge regression of what they wrote on what they still read (some seconds for "
            "each block of thousands of units); every row's output or every head's attention "
            "logits brought to the parent's standard deviation on data, block by block; none.",
            "width", kScales),
        choiceOption("tied-head", "Tied head",
            "Where the head's factor goes when it shares the embedding: into the final norm "
            "(exact), into an own copy, or nowhere.",
            "fold", kTiedHeads),
    };
}

std::vector<OptionSpec> depthOptions()
{
    return {
        choiceOption("depth", "Blocks kept",
            "Which parent blocks stay. The paper removes from the middle, where the stream changes "
            "least (section 4.2); the others are measured or simple rules of later papers.",
            "middle", kDepths),
        {.key = "blocks",
            .title = "Block list",
            .help = "Parent block of every destination block, from 0.",
            .defaultValue = std::vector<std::int64_t>{},
            .minimum = 0,
            .maximum = 4095,
            .onlyWhenKey = "depth",
            .onlyWhenValue = "list"},
        protectOption("protect", "Protected ends", 1),
    };
}

std::vector<OptionSpec> subcloningOptions()
{
    std::vector<OptionSpec> all = widthOptions();
    for (const auto& more : {scaleOptions(), depthOptions()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

/// The regression of a projection needs to know what the block keeps of its input.
Status acceptsSubcloning(const PlanRequest& request)
{
    const ShrinkRules rules = rulesFrom(request.options);
    if (rules.width.order == Order::Inconsistent && rules.scale.scale != Scale::None
        && rules.scale.scale != Scale::Width && rules.scale.scale != Scale::FanIn
        && !fittingOf(rules.scale.scale))
        return refused("subcloning: the inconsistent order keeps no common set of units, so scale "
                       "must be width, fan-in, output-std, logit-std or none");
    return {};
}

} // namespace

Method subcloningMethod()
{
    return {
        .id = "subcloning",
        .title = "Weight subcloning",
        .summary = "Keeps the parent's most important channels, heads and units, rescales, and "
                   "removes middle blocks.",
        .paper = "Samragh et al. 2023, arXiv 2312.09299",
        .formula = "W' = √(d/d′) · W[kept, kept]; kept: highest Σ over taps of mean |a|",
        .evidence = "Four times fewer epochs to 70 % on ImageNet (ViT-B to half width) and fewer "
                    "tokens to perplexity 12 (GPT-2 L to M). Weight selection finds any consistent "
                    "subset about as good, so compare with first-k, stride and random order. Ridge "
                    "scaling: perplexity 114 against 356 without on Pythia 1.4B to 410M after 30 M "
                    "tokens, one unreviewed run.",
        .cost = "",
        .startTitle = "subcloned",
        .learningRate = 2e-3, // lower than a random start's, as in the paper's table 1
        .direction = Direction::Shrink,
        .reach = {.width = {.shrink = true}, .depth = {.shrink = true}},
        .options = subcloningOptions(),
        .needs = [](const Options& options) { return needsOf(rulesFrom(options)); },
        .plan =
            [](const PlanRequest& request) {
                return planShrink("subcloning", request, rulesFrom(request.options));
            },
        .accepts = acceptsSubcloning,
        .fitting = [](const Options& options) { return fittingOf(rulesFrom(options).scale.scale); },
    };
}

} // namespace espalier
