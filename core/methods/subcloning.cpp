// SPDX-License-Identifier: GPL-3.0-or-later
//
// Weight subcloning (Samragh et al. 2023, arXiv 2312.09299). Two steps: keep the most important
// residual channels (one set for the whole network), heads and MLP units (their own sets per block)
// and multiply matrices by the square root of the fan-in ratio; then remove blocks. What the paper
// leaves open is an option.

#include "core/methods/choose.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

#include <fmt/format.h>

#include <cmath>

namespace espalier {

namespace {

struct Choices
{
    std::string order;
    std::string taps;
    bool normalise = false;
    std::string scale;
    std::string tiedHead;
    std::string depth;
    std::vector<std::int64_t> blocks;
    std::int64_t protectedEnds = 0;
};

Choices choicesFrom(const Options& options)
{
    return {
        .order = std::get<std::string>(options.at("order")),
        .taps = std::get<std::string>(options.at("taps")),
        .normalise = std::get<bool>(options.at("normalise")),
        .scale = std::get<std::string>(options.at("scale")),
        .tiedHead = std::get<std::string>(options.at("tied-head")),
        .depth = std::get<std::string>(options.at("depth")),
        .blocks = std::get<std::vector<std::int64_t>>(options.at("blocks")),
        .protectedEnds = std::get<std::int64_t>(options.at("protect")),
    };
}

MethodNeeds needsOf(const Choices& choices)
{
    MethodNeeds needs;
    if (choices.order == "importance")
        needs.measurements.push_back(kMeanAbs);
    if (choices.depth == "lowest-change")
        needs.measurements.push_back("residual-change");
    return needs;
}

Status expectSize(const char* what, std::size_t found, std::int64_t wanted)
{
    if (static_cast<std::int64_t>(found) == wanted)
        return {};
    return refused(
        fmt::format("measurements: {} holds {} values, the parent needs {}", what, found, wanted));
}

Status scoresFit(const Measurements& measurements, const ModelShape& parent)
{
    const ChannelScores* scores = measurements.scoresBy(kMeanAbs);
    if (scores == nullptr)
        return refused(fmt::format("measurements: found no scores by {}, wanted them", kMeanAbs));
    const std::int64_t stream = parent.layers * parent.hidden;
    for (const Status& status : {
             expectSize("embedding", scores->embedding_D.size(), parent.hidden),
             expectSize("after attention", scores->afterAttention_LD.values.size(), stream),
             expectSize("after mlp", scores->afterMlp_LD.values.size(), stream),
             expectSize("context", scores->context_LC.values.size(),
                 parent.layers * parent.heads * parent.headDim),
             expectSize("mlp", scores->mlp_LM.values.size(), parent.layers * parent.mlp),
         })
        if (!status)
            return status;
    return {};
}

/// What these choices read is there, of this parent's sizes.
Status measurementsFit(
    const Choices& choices, const Measurements* measurements, const ModelShape& parent)
{
    if (choices.order == "importance")
        if (const Status status = scoresFit(*measurements, parent); !status)
            return status;
    return choices.depth == "lowest-change"
        ? expectSize("change", measurements->change_L.size(), parent.layers)
        : Status();
}

std::vector<double> rowOf(const Matrix& matrix, std::int64_t row)
{
    const auto begin = matrix.values.begin() + row * matrix.cols;
    return {begin, begin + matrix.cols};
}

/// Adds one tap to the shared score; normalised, every tap adds 1 in total.
void addTap(std::vector<double>& sum, const std::vector<double>& tap, bool normalise)
{
    double total = 0;
    for (const double value : tap)
        total += value;
    const double factor = normalise && total > 0 ? 1 / total : 1;
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] += factor * tap[i];
}

/// Importance of head h of a block: the mean of its channels' scores (figure 6).
std::vector<double> headScores(const std::vector<double>& channels, std::int64_t headDim)
{
    std::vector<double> scores(channels.size() / static_cast<std::size_t>(headDim));
    for (std::size_t i = 0; i < channels.size(); ++i)
        scores[i / static_cast<std::size_t>(headDim)] += channels[i] / static_cast<double>(headDim);
    return scores;
}

/// Keeps `kept` of `scores.size()` things by the chosen order; scores are ignored by orders that
/// need none.
std::vector<std::int64_t> choose(
    const Choices& choices, const std::vector<double>& scores, std::int64_t kept, Seed seed)
{
    const auto n = static_cast<std::int64_t>(scores.size());
    if (choices.order == "first")
        return firstOf(kept);
    if (choices.order == "stride")
        return strided(n, kept);
    if (choices.order == "random")
        return randomSubset(n, kept, seed);
    return highest(scores, kept);
}

/// Heads to keep: key/value groups first (by the mean of their heads), then equally many heads
/// inside each kept group, so that every kept query head still reads its own group.
struct KeptHeads
{
    std::vector<std::int64_t> groups;
    std::vector<std::int64_t> heads;
};
KeptHeads chooseHeads(const Choices& choices, const std::vector<double>& scores,
    const PlanRequest& request, Seed seed)
{
    const std::int64_t perGroup = request.parent.shape.heads / request.parent.shape.kvHeads;
    const std::int64_t keptPerGroup = request.childShape.heads / request.childShape.kvHeads;
    KeptHeads kept;
    kept.groups = choose(
        choices, headScores(scores, perGroup), request.childShape.kvHeads, derive(seed, "groups"));
    for (const std::int64_t group : kept.groups) {
        const auto begin = scores.begin() + group * perGroup;
        const auto inside = choose(choices, {begin, begin + perGroup}, keptPerGroup,
            derive(seed, static_cast<std::uint64_t>(group)));
        for (const std::int64_t head : inside)
            kept.heads.push_back(group * perGroup + head);
    }
    return kept;
}

SourceTerm termFor(const PlanRequest& request, const Choices& choices, std::int64_t parentBlock)
{
    const ModelShape& parent = request.parent.shape;
    const Seed seed =
        derive(derive(request.seed, "block"), static_cast<std::uint64_t>(parentBlock));
    const bool scored = choices.order == "importance";
    const std::vector<double> context = scored
        ? rowOf(request.measurements->scoresBy(kMeanAbs)->context_LC, parentBlock)
        : std::vector<double>(static_cast<std::size_t>(parent.heads * parent.headDim));
    const std::vector<double> mlp = scored
        ? rowOf(request.measurements->scoresBy(kMeanAbs)->mlp_LM, parentBlock)
        : std::vector<double>(static_cast<std::size_t>(parent.mlp));
    const KeptHeads kept =
        chooseHeads(choices, headScores(context, parent.headDim), request, derive(seed, "heads"));

    SourceTerm term{.parentBlock = static_cast<int>(parentBlock),
        .maps = headMaps(parent, kept.heads, kept.groups)};
    term.maps[AxisLabel::Mlp] =
        keep(parent.mlp, choose(choices, mlp, request.childShape.mlp, derive(seed, "mlp")));
    return term;
}

std::vector<double> sharedScore(const ChannelScores& scores, const Choices& choices)
{
    std::vector<double> sum(scores.embedding_D.size());
    if (choices.taps != "no-embedding")
        addTap(sum, scores.embedding_D, choices.normalise);
    for (std::int64_t l = 0; l < scores.afterMlp_LD.rows; ++l) {
        if (choices.taps != "blocks")
            addTap(sum, rowOf(scores.afterAttention_LD, l), choices.normalise);
        addTap(sum, rowOf(scores.afterMlp_LD, l), choices.normalise);
    }
    return sum;
}

Result<std::vector<std::int64_t>> chooseBlocks(const PlanRequest& request, const Choices& choices)
{
    const std::int64_t n = request.parent.shape.layers;
    const std::int64_t kept = request.childShape.layers;
    if (choices.depth == "lowest-change" && kept < n)
        return keepBlocksByScore(request.measurements->change_L, kept, choices.protectedEnds);
    if (choices.depth != "list" || kept == n)
        return keepBlocks(choices.depth, n, kept);
    if (static_cast<std::int64_t>(choices.blocks.size()) != kept)
        return refused(
            fmt::format("subcloning: blocks lists {} parent blocks, the destination has {} layers",
                choices.blocks.size(), kept));
    for (const std::int64_t block : choices.blocks)
        if (block < 0 || block >= n)
            return refused(fmt::format(
                "subcloning: blocks names block {}, the parent has blocks 0 to {}", block, n - 1));
    return choices.blocks;
}

double scaleOf(const ParameterSpec& spec, const Choices& choices, const ModelShape& parent,
    const ModelShape& child)
{
    if (spec.kind != ParameterKind::Matrix || choices.scale == "none")
        return 1;
    const Dim& fanIn = spec.dims.back();
    if (lengthOf(fanIn, parent) == lengthOf(fanIn, child)
        && fanIn.segments.front() == AxisLabel::Patch)
        return 1; // the patch embedding reads pixels, of which there are as many as before
    const double from =
        static_cast<double>(choices.scale == "fan-in" ? lengthOf(fanIn, parent) : parent.hidden);
    const double to =
        static_cast<double>(choices.scale == "fan-in" ? lengthOf(fanIn, child) : child.hidden);
    return std::sqrt(from / to);
}

TiedHead tiedHeadFrom(std::string_view choice)
{
    return choice == "fold" ? TiedHead::Fold
        : choice == "untie" ? TiedHead::Untie
                            : TiedHead::Leave;
}

Result<TransferPlan> planSubcloning(const PlanRequest& request)
{
    const Choices choices = choicesFrom(request.options);
    if (const Status status = measurementsFit(choices, request.measurements, request.parent.shape);
        !status)
        return status.error();
    const Result<std::vector<std::int64_t>> blocks = chooseBlocks(request, choices);
    if (!blocks)
        return blocks.error();

    TransferPlan plan = planFor("subcloning", request);
    const std::int64_t d = request.parent.shape.hidden;
    const std::vector<double> shared = choices.order == "importance"
        ? sharedScore(*request.measurements->scoresBy(kMeanAbs), choices)
        : std::vector<double>(static_cast<std::size_t>(d));
    plan.globalMaps[AxisLabel::Residual] = keep(
        d, choose(choices, shared, request.childShape.hidden, derive(request.seed, "residual")));
    for (const std::int64_t block : *blocks)
        plan.blocks.push_back({.terms = {termFor(request, choices, block)}});
    for (const ParameterSpec& spec : parametersOf(plan.child))
        if (const double scale = scaleOf(spec, choices, request.parent.shape, request.childShape);
            scale != 1)
            plan.rules[spec.id].scale = scale;
    keepEmbeddingMagnitude(plan);
    if (choices.scale != "none")
        scaleTiedHead(plan,
            std::sqrt(static_cast<double>(request.parent.shape.hidden)
                / static_cast<double>(request.childShape.hidden)),
            tiedHeadFrom(choices.tiedHead));
    return plan;
}

std::vector<OptionSpec> subcloningOptions()
{
    const auto text = [](const char* value) {
        return OptionValue{std::string(value)};
    };
    return {
        {.key = "order",
            .title = "Order",
            .help = "Which channels, heads and units stay. The paper keeps the highest mean "
                    "|activation| (sections 4.1, 5.1).",
            .defaultValue = text("importance"),
            .choices = {{"importance", "Most important first"}, {"first", "First k"},
                {"stride", "Every k-th"}, {"random", "Random, consistent"}}},
        {.key = "taps",
            .title = "Residual taps",
            .help = "Points of the residual stream whose scores are summed into the shared ranking "
                    "(section 4.1, figure 8).",
            .defaultValue = text("sublayers"),
            .choices = {{"sublayers", "Embedding, sublayers"}, {"blocks", "Embedding, blocks"},
                {"no-embedding", "Sublayers alone"}},
            .onlyWhenKey = "order",
            .onlyWhenValue = "importance"},
        {.key = "normalise",
            .title = "Weigh layers equally",
            .help = "Divide each tap's scores by their sum first; the paper's plain sum follows "
                    "the last, loudest layers.",
            .defaultValue = false,
            .onlyWhenKey = "order",
            .onlyWhenValue = "importance"},
        {.key = "scale",
            .title = "Weight scale",
            .help = "Factor on matrices that keeps the spread of outputs: sqrt(d/d'), or each "
                    "matrix's own "
                    "sqrt(fan-in/fan-in') (section 4.1).",
            .defaultValue = text("width"),
            .choices = {{"width", "√(d/d′)"}, {"fan-in", "√(fan-in/fan-in′)"}, {"none", "None"}}},
        {.key = "tied-head",
            .title = "Tied head",
            .help = "Where the head's factor goes when it shares the embedding: into the final "
                    "norm (exact), into an own "
                    "copy, or nowhere.",
            .defaultValue = text("fold"),
            .choices = {{"fold", "Fold into final norm"}, {"untie", "Untie and scale"},
                {"none", "Leave unscaled"}}},
        {.key = "depth",
            .title = "Blocks kept",
            .help = "Which parent blocks stay. The paper removes from the middle, where the stream "
                    "changes least (section 4.2).",
            .defaultValue = text("middle"),
            .choices = {{"middle", "Without the middle"}, {"first", "First"}, {"last", "Last"},
                {"uniform", "Evenly spaced"}, {"lowest-change", "Without least change"},
                {"list", "As listed"}}},
        {.key = "blocks",
            .title = "Block list",
            .help = "Parent block of every destination block, from 0.",
            .defaultValue = std::vector<std::int64_t>{},
            .minimum = 0,
            .maximum = 4095,
            .onlyWhenKey = "depth",
            .onlyWhenValue = "list"},
        {.key = "protect",
            .title = "Protected ends",
            .help = "Blocks at either end that are never removed (removing the first usually ruins "
                    "the model).",
            .defaultValue = std::int64_t{1},
            .minimum = 0,
            .maximum = 64,
            .onlyWhenKey = "depth",
            .onlyWhenValue = "lowest-change"},
    };
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
                    "subset about as good, so compare with first-k, stride and random order.",
        .cost = "one forward pass over the calibration samples",
        .startTitle = "subcloned",
        .learningRate = 2e-3, // lower than a random start's, as in the paper's table 1
        .direction = Direction::Shrink,
        .reach = {.width = {.shrink = true}, .depth = {.shrink = true}},
        .options = subcloningOptions(),
        .needs = [](const Options& options) { return needsOf(choicesFrom(options)); },
        .plan = planSubcloning,
    };
}

} // namespace espalier
