// SPDX-License-Identifier: GPL-3.0-or-later
//
// LiGO, the learned linear growth operator (Wang et al. 2023, arXiv 2303.00980): Θ' = M Θ with
// M = L_depth R_width. This file makes M0; core/training/plan_learner.h tunes it on the
// destination's loss. As in the authors' code, operators belong to destination blocks, old neurons
// stay as they are (B = [I; C], only C is tuned), readers use the matrix of their writers, and
// every module has weights of source blocks of its own, biases apart from weights. One B of the
// residual stream serves embeddings, norms, heads and a layer before the head.

#include "core/methods/mixtures.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"
#include "core/plan/dense_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace espalier {

namespace {

struct Choices
{
    std::string depth;
    std::string width;
    bool shared = false; ///< one set of operators for all blocks
    bool divides = false; ///< readers divide by what writers hand out
};

Choices choicesFrom(const Options& options)
{
    return {.depth = std::get<std::string>(options.at("depth")),
        .width = std::get<std::string>(options.at("width")),
        .shared = std::get<std::string>(options.at("operators")) == "shared",
        .divides = std::get<std::string>(options.at("readers")) == "divided"};
}

std::size_t at(std::int64_t index)
{
    return static_cast<std::size_t>(index);
}

/// One new neuron's share in the parent's.
std::vector<double> newRow(
    const std::string& scheme, std::int64_t parentLength, const CounterRng& rng, std::int64_t row)
{
    const auto stride = static_cast<std::uint64_t>(parentLength) + 1;
    const std::uint64_t first = static_cast<std::uint64_t>(row) * stride;
    if (scheme == "rand" || scheme == "rand-softmax")
        return convexMixture(parentLength, scheme == "rand-softmax", rng, first + 1);
    const auto chosen =
        static_cast<std::int64_t>(rng.uniform(first) * static_cast<double>(parentLength));
    return oneHot(parentLength, chosen, scheme == "sel-noisy", rng, first + 1);
}

/// Every column divided by its sum: for repeated neurons the number of copies.
Matrix dividedByColumnSums(Matrix matrix)
{
    std::vector<double> sums(at(matrix.cols));
    for (std::size_t i = 0; i < matrix.values.size(); ++i)
        sums[i % sums.size()] += matrix.values[i];
    for (std::size_t i = 0; i < matrix.values.size(); ++i)
        matrix.values[i] /= sums[i % sums.size()];
    return matrix;
}

/// B = [I; C], its unit rows where `unitRows` has them.
AxisMap operatorFor(const Choices& choices, std::int64_t parentLength,
    std::vector<std::int64_t> unitRows, Seed seed)
{
    const CounterRng rng(seed);
    Matrix both{.rows = static_cast<std::int64_t>(unitRows.size()), .cols = parentLength};
    both.values.reserve(at(both.rows * both.cols));
    for (std::int64_t row = 0; row < both.rows; ++row) {
        const std::int64_t unit = unitRows[at(row)];
        const std::vector<double> values = unit == kNothing
            ? newRow(choices.width, parentLength, rng, row)
            : oneHot(parentLength, unit, false, rng, 0);
        both.values.insert(both.values.end(), values.begin(), values.end());
    }
    if (!choices.divides)
        return AxisMap::dense(std::move(both), std::move(unitRows));
    Matrix read = dividedByColumnSums(both);
    return AxisMap::dense(std::move(both), std::move(read));
}

/// Old indices first, new ones behind them.
std::vector<std::int64_t> oldFirst(std::int64_t from, std::int64_t to)
{
    std::vector<std::int64_t> unitRows(at(to), kNothing);
    for (std::int64_t i = 0; i < from; ++i)
        unitRows[at(i)] = i;
    return unitRows;
}

/// Old query heads stay in their key/value group, new ones stand behind them; in new groups all are
/// new.
std::vector<std::int64_t> oldHeads(const ModelShape& parent, const ModelShape& child)
{
    const std::int64_t from = parent.heads / parent.kvHeads;
    const std::int64_t to = child.heads / child.kvHeads;
    std::vector<std::int64_t> heads(at(child.heads), kNothing);
    for (std::int64_t head = 0; head < parent.heads; ++head)
        heads[at(head / from * to + head % from)] = head;
    return heads;
}

/// The value operator over the heads of each group; none: values are kept.
AxisMap contextFor(const PlanRequest& request, const Choices& choices, const AxisMap* value)
{
    const ModelShape& parent = request.parent.shape;
    const AxisMap context =
        repeatedOverGroups(value ? AxisMap::dense(value->write, value->child_from_parent)
                                 : AxisMap::identity(parent.kvHeads * parent.headDim),
            parent, request.childShape);
    if (!choices.divides || context.kind == AxisMap::Kind::Identity)
        return context;
    return value ? AxisMap::dense(context.write, dividedByColumnSums(context.write))
                 : AxisMap::repeat(context.parentLength, context.child_from_parent);
}

/// The operators of one destination block, `mlp` the axis of its MLP; labels that do not grow have
/// none.
std::map<AxisLabel, AxisMap> blockOperators(
    const PlanRequest& request, const Choices& choices, AxisLabel mlp, Seed seed)
{
    const ModelShape& parent = request.parent.shape;
    const ModelShape& child = request.childShape;
    std::map<AxisLabel, AxisMap> maps;
    const auto add = [&](AxisLabel label, std::vector<std::int64_t> unitRows) {
        const std::int64_t length = lengthOf(label, parent);
        if (length != lengthOf(label, child))
            maps[label] =
                operatorFor(choices, length, std::move(unitRows), derive(seed, nameOf(label)));
    };
    const std::vector<std::int64_t> heads = oldHeads(parent, child);
    const std::vector<std::int64_t> groups = oldFirst(parent.kvHeads, child.kvHeads);
    add(AxisLabel::Query, channelsOfHeads(heads, parent.headDim));
    add(AxisLabel::Key, channelsOfHeads(groups, parent.headDim));
    add(AxisLabel::Value, channelsOfHeads(groups, parent.headDim));
    add(mlp, oldFirst(lengthOf(mlp, parent), lengthOf(mlp, child)));
    if (request.parent.flavour.talkingHeads && mlp == AxisLabel::Mlp) // only the trunk's talk
        add(AxisLabel::Head, heads);
    const auto value = maps.find(AxisLabel::Value);
    AxisMap context = contextFor(request, choices, value == maps.end() ? nullptr : &value->second);
    if (context.kind != AxisMap::Kind::Identity)
        maps[AxisLabel::Context] = std::move(context);
    return maps;
}

/// Parent block that a destination block is mostly made of: stacked i mod N, interlaced ⌊i N/N'⌋.
std::int64_t mainSource(const Choices& choices, std::int64_t block, const PlanRequest& request)
{
    const std::int64_t from = request.parent.shape.layers;
    return choices.depth.starts_with("interlace") ? block * from / request.childShape.layers
                                                  : block % from;
}

std::vector<double> depthRow(
    const Choices& choices, std::int64_t block, const PlanRequest& request, Seed seed)
{
    const CounterRng rng(seed);
    const std::int64_t from = request.parent.shape.layers;
    if (choices.depth.starts_with("rand"))
        return convexMixture(from, choices.depth == "rand-softmax", rng, 0);
    std::vector<double> row = oneHot(
        from, mainSource(choices, block, request), choices.depth.ends_with("-noisy"), rng, 0);
    divideBySum(row);
    return row;
}

/// Weights of all of the trunk's parent blocks for one role; q, k and v have their own.
std::vector<SourceTerm> mixedTerms(
    const Choices& choices, const ParameterSpec& spec, const PlanRequest& request, Seed seed)
{
    std::vector<SourceTerm> terms;
    for (int source = 0; source < request.parent.shape.layers; ++source)
        terms.push_back({.parentBlock = source});
    const auto weigh = [&](Seed own, const auto& set) {
        const std::vector<double> row = depthRow(choices, spec.id.block, request, own);
        for (std::size_t source = 0; source < terms.size(); ++source)
            set(terms[source], row[source]);
    };
    const std::vector<AxisLabel>& labels = spec.dims.front().segments;
    if (std::all_of(
            labels.begin(), labels.end(), [&](AxisLabel label) { return label == labels.front(); }))
        weigh(seed, [](SourceTerm& term, double weight) { term.weight = weight; });
    else
        for (const AxisLabel label : labels)
            weigh(derive(seed, nameOf(label)),
                [label](SourceTerm& term, double weight) { term.weightByLabel[label] = weight; });
    return terms;
}

void mixBlocks(TransferPlan& plan, const Choices& choices, const PlanRequest& request, Seed seed)
{
    for (const ParameterSpec& spec : parametersOf(plan.child))
        if (spec.id.block >= 0 && spec.id.block < request.childShape.layers)
            plan.blocks[at(spec.id.block)].termsByRole[spec.id.role] =
                mixedTerms(choices, spec, request, derive(seed, nameOf(spec.id)));
}

/// Blocks behind the trunk (class attention) stay what they are.
int sourceOf(const Choices& choices, std::int64_t block, const PlanRequest& request)
{
    const std::int64_t behind = block - request.childShape.layers;
    return static_cast<int>(
        behind < 0 ? mainSource(choices, block, request) : request.parent.shape.layers + behind);
}

Result<TransferPlan> planLigo(const PlanRequest& request)
{
    const Choices choices = choicesFrom(request.options);
    TransferPlan plan = planFor("ligo", request);
    const std::int64_t from = request.parent.shape.hidden;
    const std::int64_t to = request.childShape.hidden;
    if (from != to)
        plan.globalMaps[AxisLabel::Residual] =
            operatorFor(choices, from, oldFirst(from, to), derive(request.seed, "residual"));
    const Seed blocks = derive(request.seed, "block");
    for (std::int64_t block = 0; block < blocksOf(request.childShape); ++block) {
        const Seed seed = derive(blocks, choices.shared ? 0U : static_cast<std::uint64_t>(block));
        plan.blocks.push_back({.terms = {{.parentBlock = sourceOf(choices, block, request)}},
            .maps = blockOperators(request, choices, mlpAxisOf(request.childShape, block), seed)});
    }
    if (request.parent.shape.layers != request.childShape.layers)
        mixBlocks(plan, choices, request, derive(request.seed, "depth"));
    keepEmbeddingMagnitude(plan);
    scaleTiedHead(plan, 1, TiedHead::Fold);
    return plan;
}

Status acceptsLigo(const PlanRequest& request)
{
    const ModelShape& parent = request.parent.shape;
    const ModelShape& child = request.childShape;
    if (child.heads / child.kvHeads >= parent.heads / parent.kvHeads)
        return {};
    return refused(fmt::format("ligo: {} heads over {} kv-heads leave no place for old heads of a "
                               "group, wanted at least {} per kv-head as in the parent",
        child.heads, child.kvHeads, parent.heads / parent.kvHeads));
}

std::optional<PlanLearning> learningOf(const Options& options)
{
    const auto& tune = std::get<std::string>(options.at("tune"));
    PlanLearning learning{.steps = std::get<std::int64_t>(options.at("steps")),
        .warmupSteps = std::get<std::int64_t>(options.at("warm-up")),
        .batch = std::get<std::int64_t>(options.at("batch")),
        .learningRate = std::get<double>(options.at("learning-rate")),
        .weightDecay = std::get<double>(options.at("weight-decay")),
        .clipNorm = std::get<double>(options.at("clip")),
        .width = tune != "depth",
        .depth = tune != "width"};
    return learning.steps > 0 ? std::optional(learning) : std::nullopt;
}

std::vector<OptionSpec> initialOptions()
{
    const auto text = [](const char* value) {
        return OptionValue{std::string(value)};
    };
    return {
        {.key = "width",
            .title = "New neurons",
            .help = "Rows of C before learning: random convex mixtures of all old neurons (U(0,1) "
                    "divided by the row's sum, or its softmax), or one random old neuron each, "
                    "with or without U(0,0.03) on all others (the paper's code).",
            .defaultValue = text("rand"),
            .choices = {{"rand", "Mixtures"}, {"rand-softmax", "Softmax mixtures"},
                {"sel", "Copies"}, {"sel-noisy", "Noisy copies"}}},
        {.key = "depth",
            .title = "Source blocks",
            .help = "Weights of the parent's blocks before learning: stacked (i mod N), interlaced "
                    "(⌊i N/N'⌋), both with or without U(0,0.03) on all others, or random convex "
                    "mixtures.",
            .defaultValue = text("stackbert-noisy"),
            .choices = {{"stackbert-noisy", "Stacked, noisy"}, {"stackbert", "Stacked"},
                {"interlace-noisy", "Interlaced, noisy"}, {"interlace", "Interlaced"},
                {"rand", "Mixtures"}, {"rand-softmax", "Softmax mixtures"}}},
        {.key = "operators",
            .title = "Width operators",
            .help = "Of queries, keys, values and MLP: one set per destination block (the paper), "
                    "or one set for all.",
            .defaultValue = text("block"),
            .choices = {{"block", "Per block"}, {"shared", "Shared"}}},
        {.key = "readers",
            .title = "Readers",
            .help = "The matrix that reads a grown axis: the writers' own (the paper's A = B), or "
                    "that with every column divided by its sum, which makes copies Net2Net "
                    "(proposition 1) and leaves no row fixed.",
            .defaultValue = text("tied"),
            .choices = {{"tied", "As writers"}, {"divided", "Divided"}}},
    };
}

std::vector<OptionSpec> learningOptions()
{
    return {
        {.key = "tune",
            .title = "Tune",
            .help = "What learning may change.",
            .defaultValue = std::string("both"),
            .choices = {{"both", "Width and depth"}, {"width", "Width"}, {"depth", "Depth"}}},
        {.key = "steps",
            .title = "Learning steps",
            .help = "Steps of AdamW on the destination's loss; 0 uses M0. The paper takes 100 "
                    "(table 3: 10 000 are no better).",
            .defaultValue = std::int64_t{100},
            .minimum = 0,
            .maximum = 1e6},
        {.key = "warm-up",
            .title = "Warm-up steps",
            .help = "Of these. The published command inherits a warm-up of 10 000 steps, under "
                    "which 100 steps hardly move the operator.",
            .defaultValue = std::int64_t{10},
            .minimum = 0,
            .maximum = 1e6},
        {.key = "batch",
            .title = "Batch",
            .help = "Samples per step.",
            .defaultValue = std::int64_t{16},
            .minimum = 1,
            .maximum = 65536},
        {.key = "learning-rate",
            .title = "Learning rate",
            .help = "Peak, after the warm-up; then linearly down to 0.",
            .defaultValue = 1e-3,
            .minimum = 0,
            .maximum = 1},
        {.key = "weight-decay",
            .title = "Weight decay",
            .help = "Of the operators; 0.1 in the paper's configuration.",
            .defaultValue = 0.0,
            .minimum = 0,
            .maximum = 1},
        {.key = "clip",
            .title = "Gradient clip",
            .help = "Largest norm of all gradients together; 0: none.",
            .defaultValue = 1.0,
            .minimum = 0,
            .maximum = 1e6},
    };
}

std::vector<OptionSpec> ligoOptions()
{
    std::vector<OptionSpec> options = initialOptions();
    for (OptionSpec& option : learningOptions())
        options.push_back(std::move(option));
    return options;
}

} // namespace

Method ligoMethod()
{
    return {
        .id = "ligo",
        .title = "LiGO",
        .summary = "Grows by a linear operator that is learned on the destination's loss in a "
                   "hundred steps.",
        .paper = "Wang et al. 2023, arXiv 2303.00980",
        .formula = "W'_i = B_i (Σ_j w_ij W_j) A_iᵀ, B = A = [I; C]; C and w learned",
        .evidence = "BERT small to base: 44.7 % of the FLOPs saved, DeiT S to B: 55.4 %. In a "
                    "1.1B LLaMA (arXiv 2405.15319) learned growth helps in depth and hurts in "
                    "width. Old neurons stay; the start is not the parent's function.",
        .cost = "the learning steps, each up to twice a training step of the destination",
        .startTitle = "LiGO",
        .learningRate = 2e-3,
        .direction = Direction::Grow,
        .reach = {.width = {.grow = true}, .depth = {.grow = true}},
        .options = ligoOptions(),
        .needs =
            [](const Options& options) {
                return MethodNeeds{.training = learningOf(options).has_value()};
            },
        .plan = planLigo,
        .accepts = acceptsLigo,
        .preserves =
            [](const PlanRequest&) {
                return Preservation{
                    .exact = false, .reason = "readers are not divided by what writers hand out"};
            },
        .learning = learningOf,
    };
}

} // namespace espalier
