// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/rescale.h"

#include "core/methods/read_scores.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <utility>

namespace espalier {

namespace {

double ratioRoot(std::int64_t from, std::int64_t to)
{
    return std::sqrt(static_cast<double>(from) / static_cast<double>(to));
}

/// The factor of Width or FanIn; 1 for what reads pixels, of which there are as many as before.
double fanInFactor(const ParameterSpec& spec, const TransferPlan& plan, Scale scale)
{
    const Dim& fanIn = spec.dims.back();
    if (spec.kind != ParameterKind::Matrix || scale == Scale::None
        || fanIn.segments.front() == AxisLabel::Patch)
        return 1;
    if (scale == Scale::Width)
        return ratioRoot(plan.parent.shape.hidden, plan.child.shape.hidden);
    return ratioRoot(lengthOf(fanIn, plan.parent.shape), lengthOf(fanIn, plan.child.shape));
}

/// Sum of squares of all values and of the kept ones.
struct Energy
{
    double all = 0;
    double kept = 0;
};
Energy energyOf(const std::vector<double>& rms, const AxisMap& map)
{
    Energy energy;
    for (const double value : rms)
        energy.all += value * value;
    if (map.kind != AxisMap::Kind::Select)
        energy.kept = energy.all;
    else
        for (const std::int64_t index : map.child_from_parent)
            energy.kept += std::pow(rms[static_cast<std::size_t>(index)], 2);
    return energy;
}

/// 1/sqrt(rho); nothing where no energy was seen, or none is kept.
std::optional<double> energyFactor(const Energy& energy)
{
    const double factor = std::sqrt(energy.all / energy.kept);
    return std::isfinite(factor) ? std::optional(factor) : std::nullopt;
}

/// What the parent's blocks read and wrote, root mean squares.
class Loudness
{
public:
    Loudness(const TransferPlan& plan, const ChannelScores& rms)
        : m_plan(plan)
        , m_rms(rms)
    {
    }

    /// Of output and down projections; nothing for other parameters.
    [[nodiscard]] std::optional<double> writerFactor(const ParameterSpec& spec) const
    {
        const AxisLabel reads = spec.dims.back().segments.front();
        if (spec.kind != ParameterKind::Matrix || spec.id.block < 0
            || (reads != AxisLabel::Context
                && reads != mlpAxisOf(m_plan.child.shape, spec.id.block)))
            return std::nullopt;
        const SourceTerm& term = sourceOf(spec.id.block);
        const auto map = term.maps.find(reads);
        if (map == term.maps.end())
            return std::nullopt;
        const auto scoresIn = reads == AxisLabel::Context ? contextScores : mlpScores;
        return energyFactor(
            energyOf(scoresIn(m_rms, m_plan.parent.shape, term.parentBlock), map->second));
    }

    /// sigma_kept / sigma of the stream in front of a norm; 1 for norms that stand elsewhere.
    [[nodiscard]] double gainFactor(ParameterId gain) const
    {
        const std::vector<double> stream_D = streamAt(gain);
        if (stream_D.empty())
            return 1;
        const Energy energy = energyOf(stream_D, m_plan.globalMaps.at(AxisLabel::Residual));
        const double factor =
            std::sqrt(energy.kept * static_cast<double>(m_plan.parent.shape.hidden)
                / (energy.all * static_cast<double>(m_plan.child.shape.hidden)));
        return std::isfinite(factor) && factor > 0 ? factor : 1;
    }

private:
    [[nodiscard]] const SourceTerm& sourceOf(int block) const
    {
        return m_plan.blocks[static_cast<std::size_t>(block)].terms.front();
    }

    [[nodiscard]] std::vector<double> entering(std::int64_t parentBlock) const
    {
        return parentBlock == 0 ? m_rms.embedding_D : rowOf(m_rms.afterMlp_LD, parentBlock - 1);
    }

    /// The stream that a norm reads in the parent; empty where it is not measured.
    [[nodiscard]] std::vector<double> streamAt(ParameterId gain) const
    {
        const std::int64_t layers = m_plan.parent.shape.layers;
        const BlockLayout layout = m_plan.parent.flavour.layout;
        if (gain.role == Role::FinalNormGain) {
            const bool readsTrunk =
                layout != BlockLayout::PostNorm && m_plan.parent.shape.classLayers == 0;
            return readsTrunk ? entering(layers) : std::vector<double>();
        }
        const bool first = gain.role == Role::AttentionNormGain;
        if (layout == BlockLayout::PostNorm || (!first && gain.role != Role::MlpNormGain))
            return {};
        const std::int64_t block = sourceOf(gain.block).parentBlock;
        if (block >= layers)
            return {};
        return first || layout == BlockLayout::Parallel ? entering(block)
                                                        : rowOf(m_rms.afterAttention_LD, block);
    }

    const TransferPlan& m_plan;
    const ChannelScores& m_rms;
};

Result<const ChannelScores*> rootMeanSquares(const PlanRequest& request)
{
    const Result<const ChannelScores*> rms = scoresOf(request, "rms");
    if (!rms)
        return rms.error();
    const ChannelScores& scores = **rms;
    for (const auto* values : {&scores.embedding_D, &scores.afterAttention_LD.values,
             &scores.afterMlp_LD.values, &scores.context_LC.values, &scores.mlp_LM.values})
        if (values->empty())
            return notMeasured("root mean squares of stream, heads and MLP units", "rms");
    if (request.parent.shape.classLayers > 0
        && (scores.classContext_LC.values.empty() || scores.classMlp_LM.values.empty()))
        return notMeasured("root mean squares of class-attention heads and MLP units", "rms");
    return rms;
}

Status scaleByEnergy(TransferPlan& plan, const PlanRequest& request, const ScaleRule& rule)
{
    const Result<const ChannelScores*> rms = rootMeanSquares(request);
    if (!rms)
        return rms.error();
    const Loudness loudness(plan, **rms);
    for (const ParameterSpec& spec : parametersOf(plan.child)) {
        if (const std::optional<double> factor = loudness.writerFactor(spec))
            plan.rules[spec.id].scale = *factor;
        if (rule.scale != Scale::EnergyGain || spec.kind != ParameterKind::NormGain)
            continue;
        if (const double factor = loudness.gainFactor(spec.id); factor != 1)
            scaleGain(plan, spec.id, factor);
    }
    std::erase_if(plan.rules, [](const auto& entry) { return entry.second == ParameterRule{}; });
    return {};
}

/// One projection of one block: its reading map becomes the regression, its factor 1.
Status regress(TransferPlan& plan, int block, Role projection, AxisLabel reads,
    const std::vector<Matrix>& moments)
{
    DestinationBlock& target = plan.blocks[static_cast<std::size_t>(block)];
    SourceTerm term = target.terms.front();
    const auto map = term.maps.find(reads);
    if (map == term.maps.end() || map->second.kind != AxisMap::Kind::Select)
        return {};
    const auto source = static_cast<std::size_t>(term.parentBlock);
    const std::int64_t n = map->second.parentLength;
    if (source >= moments.size())
        return notMeasured("second moments of heads and MLP units", "projection-moments");
    const Matrix& moment = moments[source];
    if (moment.rows != n || moment.cols != n || std::cmp_not_equal(moment.values.size(), n * n))
        return refused(
            fmt::format("measurements: projection-moments holds {} values, the parent needs {}",
                moment.values.size(), n * n));
    Result<Matrix> ridge = ridgeMap(moment, map->second.child_from_parent);
    if (!ridge)
        return ridge.error();
    if (ridge->values.empty())
        return {};
    Matrix write = *ridge;
    map->second = AxisMap::dense(std::move(write), std::move(*ridge));
    target.termsByRole[projection] = {std::move(term)};
    plan.rules.erase({projection, block});
    return {};
}

Status scaleByRidge(TransferPlan& plan, const PlanRequest& request)
{
    const Measurements& measured = *request.measurements;
    const ModelShape& shape = plan.child.shape;
    for (int block = 0; std::cmp_less(block, blocksOf(shape)); ++block)
        for (const Status& status : {regress(plan, block, Role::AttentionOutWeight,
                                         AxisLabel::Context, measured.contextMoment_LCC),
                 regress(plan, block, Role::MlpDownWeight, mlpAxisOf(shape, block),
                     measured.mlpMoment_LMM)})
            if (!status)
                return status;
    return {};
}

} // namespace

std::optional<ScaleFit> fittingOf(Scale scale)
{
    if (scale == Scale::OutputSpread)
        return ScaleFit::Outputs;
    return scale == Scale::LogitSpread ? std::optional(ScaleFit::Logits) : std::nullopt;
}

void addNeeds(MethodNeeds& needs, const ScaleRule& rule)
{
    if (rule.scale == Scale::Energy || rule.scale == Scale::EnergyGain)
        addNeed(needs, "rms");
    if (rule.scale == Scale::Ridge)
        addNeed(needs, "projection-moments");
    needs.fitting = needs.fitting || fittingOf(rule.scale).has_value();
}

Status rescale(TransferPlan& plan, const PlanRequest& request, const ScaleRule& rule)
{
    for (const ParameterSpec& spec : parametersOf(plan.child))
        if (const double factor = fanInFactor(spec, plan, rule.scale); factor != 1)
            plan.rules[spec.id].scale = factor;
    keepEmbeddingMagnitude(plan);
    const double head = rule.scale == Scale::None
        ? 1
        : ratioRoot(request.parent.shape.hidden, request.childShape.hidden);
    scaleTiedHead(plan, head, rule.tiedHead);
    if (rule.scale == Scale::Energy || rule.scale == Scale::EnergyGain)
        return scaleByEnergy(plan, request, rule);
    return rule.scale == Scale::Ridge ? scaleByRidge(plan, request) : Status{};
}

} // namespace espalier
