// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/keep_axes.h"

#include "core/methods/choose.h"
#include "core/methods/plan_parts.h"
#include "core/methods/read_scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace espalier {

namespace {

constexpr auto kMetrics = std::to_array<OptionChoice>({
    {kMeanAbs, "Mean |activation|"},
    {"rms", "Root mean square"},
    {"variance", "Variance"},
    {"minitron", "Norm of means (Minitron)"},
    {"wanda", "|W| · ‖x‖ (Wanda)"},
    {"weight-norm", "Weight norm"},
    {"taylor", "|w · ∂L/∂w| (Taylor)"},
    {"activation-taylor", "|a · ∂L/∂a|"},
});

bool scored(const WidthRule& rule)
{
    return rule.order == Order::Importance;
}

const ChannelScores& scoresFor(const PlanRequest& request, const WidthRule& rule)
{
    return *request.measurements->scoresBy(rule.metric);
}

/// Adds one tap to the shared score; normalised, every tap adds 1 in total.
void addTap(std::vector<double>& sum, const std::vector<double>& tap, bool normalise)
{
    const double total = std::accumulate(tap.begin(), tap.end(), 0.0);
    const double factor = normalise && total > 0 ? 1 / total : 1;
    for (std::size_t i = 0; i < tap.size(); ++i)
        sum[i] += factor * tap[i];
}

bool readsEmbedding(Taps taps)
{
    return taps != Taps::NoEmbedding && taps != Taps::Norms;
}

std::vector<const Matrix*> matricesOf(const ChannelScores& scores, Taps taps)
{
    std::vector<const Matrix*> matrices;
    if (taps == Taps::Norms || taps == Taps::All)
        matrices = {&scores.attentionNorm_LD, &scores.mlpNorm_LD};
    if (taps != Taps::Norms && taps != Taps::Blocks)
        matrices.push_back(&scores.afterAttention_LD);
    if (taps != Taps::Norms)
        matrices.push_back(&scores.afterMlp_LD);
    return matrices;
}

/// The one score of each residual channel: the sum over the rule's taps (section 4.1, figure 8).
std::vector<double> sharedScore(
    const ChannelScores& scores, const WidthRule& rule, std::int64_t hidden)
{
    std::vector<double> sum_D(static_cast<std::size_t>(hidden), 0.0);
    if (readsEmbedding(rule.taps))
        addTap(sum_D, scores.embedding_D, rule.normalise);
    for (const Matrix* taps_LD : matricesOf(scores, rule.taps))
        for (std::int64_t l = 0; l < taps_LD->rows; ++l)
            addTap(sum_D, rowOf(*taps_LD, l), rule.normalise);
    return sum_D;
}

bool scoresStream(const ChannelScores& scores, Taps taps)
{
    bool any = readsEmbedding(taps) && !scores.embedding_D.empty();
    for (const Matrix* matrix : matricesOf(scores, taps))
        any = any || !matrix->values.empty();
    return any;
}

/// One score for each run of `size` channels.
std::vector<double> scoresOfRuns(
    const std::vector<double>& channels, std::int64_t size, HeadScore how)
{
    const auto length = static_cast<std::size_t>(size);
    std::vector<double> scores(channels.size() / length);
    for (std::size_t i = 0; i < channels.size(); ++i)
        scores[i / length] += how == HeadScore::L2 ? channels[i] * channels[i]
                                                   : channels[i] / static_cast<double>(size);
    for (double& score : scores)
        score = how == HeadScore::L2 ? std::sqrt(score) : score;
    return scores;
}

/// Keeps `kept` of `scores.size()` things; only Importance looks at the scores.
std::vector<std::int64_t> choose(
    const WidthRule& rule, const std::vector<double>& scores, std::int64_t kept, Seed seed)
{
    const auto n = static_cast<std::int64_t>(scores.size());
    switch (rule.order) {
    case Order::Importance:
        return highest(scores, kept);
    case Order::First:
        return firstOf(kept);
    case Order::Stride:
        return strided(n, kept);
    case Order::Random:
    case Order::Inconsistent:
        break;
    }
    return randomSubset(n, kept, seed);
}

struct KeptHeads
{
    std::vector<std::int64_t> groups;
    std::vector<std::int64_t> heads;
};
KeptHeads chooseHeads(
    const WidthRule& rule, const std::vector<double>& scores, const PlanRequest& request, Seed seed)
{
    const std::int64_t perGroup = request.parent.shape.heads / request.parent.shape.kvHeads;
    const std::int64_t keptPerGroup = request.childShape.heads / request.childShape.kvHeads;
    KeptHeads kept;
    kept.groups = choose(rule, scoresOfRuns(scores, perGroup, HeadScore::Mean),
        request.childShape.kvHeads, derive(seed, "groups"));
    for (const std::int64_t group : kept.groups) {
        const auto begin = scores.begin() + group * perGroup;
        const auto inside = choose(rule, {begin, begin + perGroup}, keptPerGroup,
            derive(seed, static_cast<std::uint64_t>(group)));
        for (const std::int64_t head : inside)
            kept.heads.push_back(group * perGroup + head);
    }
    return kept;
}

/// Zeros where nothing was scored.
std::vector<double> orZeros(std::vector<double> scores, std::int64_t length)
{
    scores.resize(static_cast<std::size_t>(length), 0.0);
    return scores;
}

std::map<AxisLabel, AxisMap> stridedHeads(const ModelShape& parent, const ModelShape& child)
{
    std::map<AxisLabel, AxisMap> maps;
    for (const AxisLabel label :
        {AxisLabel::Query, AxisLabel::Key, AxisLabel::Value, AxisLabel::Context, AxisLabel::Head}) {
        const std::int64_t n = lengthOf(label, parent);
        maps[label] = keep(n, strided(n, lengthOf(label, child)));
    }
    return maps;
}

std::map<AxisLabel, AxisMap> blockMaps(
    const PlanRequest& request, const WidthRule& rule, std::int64_t parentBlock)
{
    const ModelShape& parent = request.parent.shape;
    const Seed seed =
        derive(derive(request.seed, "block"), static_cast<std::uint64_t>(parentBlock));
    const ChannelScores none;
    const ChannelScores& scores = scored(rule) ? scoresFor(request, rule) : none;
    const std::vector<double> context_C =
        orZeros(contextScores(scores, parent, parentBlock), lengthOf(AxisLabel::Context, parent));
    const AxisLabel mlp = mlpAxisOf(parent, parentBlock);
    const std::vector<double> mlp_M =
        orZeros(mlpScores(scores, parent, parentBlock), lengthOf(mlp, parent));

    const KeptHeads kept = chooseHeads(rule,
        scoresOfRuns(context_C, parent.headDim, rule.headScore), request, derive(seed, "heads"));
    std::map<AxisLabel, AxisMap> maps = rule.splitsHeads
        ? stridedHeads(parent, request.childShape)
        : headMaps(parent, kept.heads, kept.groups);
    maps[mlp] = keep(lengthOf(mlp, parent),
        choose(rule, mlp_M, lengthOf(mlp, request.childShape), derive(seed, "mlp")));
    return maps;
}

/// A term for one parameter alone, whose every axis is chosen by itself.
SourceTerm ownTerm(const PlanRequest& request, const ParameterSpec& spec, int parentBlock)
{
    const Seed seed = derive(
        derive(request.seed, "inconsistent"), nameOf(ParameterId{spec.id.role, parentBlock}));
    SourceTerm term{.parentBlock = parentBlock};
    for (const Dim& dim : spec.dims)
        for (const AxisLabel label : dim.segments) {
            const std::int64_t from = lengthOf(label, request.parent.shape);
            const std::int64_t to = lengthOf(label, request.childShape);
            if (from != to)
                term.maps[label] = keep(from, randomSubset(from, to, derive(seed, nameOf(label))));
        }
    return term;
}

void breakAlignment(TransferPlan& plan, const PlanRequest& request)
{
    for (const ParameterSpec& spec : parametersOf(plan.child)) {
        if (spec.id.block < 0)
            continue;
        DestinationBlock& block = plan.blocks[static_cast<std::size_t>(spec.id.block)];
        SourceTerm term = ownTerm(request, spec, block.terms.front().parentBlock);
        if (!term.maps.empty())
            block.termsByRole[spec.id.role] = {std::move(term)};
    }
}

} // namespace

std::vector<OptionChoice> metricChoices()
{
    return {kMetrics.begin(), kMetrics.end()};
}

std::string_view metricIn(const Options& options)
{
    const auto& id = std::get<std::string>(options.at("metric"));
    const auto row = std::find_if(
        kMetrics.begin(), kMetrics.end(), [&](const OptionChoice& each) { return each.id == id; });
    ESPALIER_EXPECT(row != kMetrics.end(), "completed options hold known choices");
    return row->id;
}

void addNeeds(MethodNeeds& needs, const WidthRule& rule)
{
    if (scored(rule))
        addNeed(needs, rule.metric);
}

Status checkScores(const PlanRequest& request, const WidthRule& rule)
{
    if (!scored(rule))
        return {};
    const Result<const ChannelScores*> found = scoresOf(request, rule.metric);
    if (!found)
        return found.error();
    const ChannelScores& scores = **found;
    const ModelShape& from = request.parent.shape;
    const ModelShape& to = request.childShape;
    const auto missing = [&](const char* place) {
        return notMeasured(fmt::format("scores of {} by {}", place, rule.metric), rule.metric);
    };
    if (from.hidden != to.hidden && !scoresStream(scores, rule.taps))
        return missing("residual channels at these taps");
    const bool behind = from.classLayers > 0;
    if (from.heads != to.heads || from.kvHeads != to.kvHeads) {
        if (scores.context_LC.values.empty())
            return missing("heads");
        if (behind && scores.classContext_LC.values.empty())
            return missing("class-attention heads");
    }
    if (from.mlp != to.mlp && scores.mlp_LM.values.empty())
        return missing("MLP units");
    if (behind && from.classMlp != to.classMlp && scores.classMlp_LM.values.empty())
        return missing("class-attention MLP units");
    return {};
}

void keepAxes(TransferPlan& plan, const PlanRequest& request, const WidthRule& rule)
{
    const std::int64_t hidden = request.parent.shape.hidden;
    const std::vector<double> shared_D = scored(rule)
        ? sharedScore(scoresFor(request, rule), rule, hidden)
        : std::vector<double>(static_cast<std::size_t>(hidden));
    plan.globalMaps[AxisLabel::Residual] = keep(hidden,
        choose(rule, shared_D, request.childShape.hidden, derive(request.seed, "residual")));
    for (DestinationBlock& block : plan.blocks)
        for (SourceTerm& term : block.terms)
            term.maps = blockMaps(request, rule, term.parentBlock);
    if (rule.order == Order::Inconsistent)
        breakAlignment(plan, request);
    plan.splitsHeads = rule.splitsHeads;
}

} // namespace espalier
