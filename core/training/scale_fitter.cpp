// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/scale_fitter.h"

#include "core/forward/attention.h"
#include "core/forward/embed.h"
#include "core/forward/transformer.h"
#include "core/tensors/apply_plan.h"
#include "core/tensors/gather.h"

#include <ATen/ops/index_select.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tril.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <span>
#include <utility>

namespace espalier {

namespace {

/// A matrix of a block and where its input is seen.
struct Projection
{
    Role weight;
    Role bias;
    Tap input;
};
/// In the order of computation; parallel layouts compute the MLP from the same stream.
constexpr auto kProjections = std::to_array<Projection>({
    {Role::QkvWeight, Role::QkvBias, Tap::AttentionNorm},
    {Role::AttentionOutWeight, Role::AttentionOutBias, Tap::Context},
    {Role::MlpUpWeight, Role::MlpUpBias, Tap::MlpNorm},
    {Role::MlpDownWeight, Role::MlpDownBias, Tap::MlpHidden},
});

/// Sums over observations of rows that spread apart.
class Moments
{
public:
    /// [N, rows]
    void add(const at::Tensor& values_NR)
    {
        const at::Tensor wide_NR = values_NR.to(at::kDouble);
        const at::Tensor sums_R = at::sum(wide_NR, {0});
        const at::Tensor squares_R = at::sum(wide_NR.square(), {0});
        m_sums_R = m_sums_R.defined() ? m_sums_R.add(sums_R) : sums_R;
        m_squares_R = m_squares_R.defined() ? m_squares_R.add(squares_R) : squares_R;
        m_count += static_cast<double>(values_NR.size(0));
    }

    [[nodiscard]] std::vector<double> variances() const
    {
        const at::Tensor mean_R = m_sums_R.div(m_count);
        const at::Tensor variance_R = m_squares_R.div(m_count).sub(mean_R.square()).contiguous();
        const double* const begin = variance_R.const_data_ptr<double>();
        return {begin, begin + variance_R.numel()};
    }

private:
    at::Tensor m_sums_R;
    at::Tensor m_squares_R;
    double m_count = 0;
};

/// sigma / sigma'; 1 where that says nothing.
double factorOf(double parentVariance, double childVariance)
{
    const double factor = std::sqrt(parentVariance / childVariance);
    return std::isfinite(factor) && factor > 0 ? factor : 1;
}

/// One batch on its way through a model.
struct Journey
{
    at::Tensor stream_BTD; ///< stays as it left the trunk
    AttentionMask mask;
    at::Tensor class_B1D = {}; ///< behind the trunk
};

/// A model that walks all batches through its blocks together.
class Walk
{
public:
    Walk(const ParameterSet& parameters, const std::vector<Batch>& batches)
        : m_parameters(parameters)
        , m_batches(batches)
    {
        restart();
    }

    void restart()
    {
        m_journeys.clear();
        for (const Batch& batch : m_batches)
            m_journeys.push_back(
                {embed(m_parameters, batch), attentionMaskOf(m_parameters, batch)});
        m_next = 0;
    }

    /// Through all blocks in front of this one.
    void goTo(int block)
    {
        if (block < m_next)
            restart();
        for (; m_next < block; ++m_next)
            for (Journey& journey : m_journeys)
                step(journey);
        if (isBehind())
            for (Journey& journey : m_journeys)
                joinClass(journey);
    }

    /// Of W x + b in the block where the walk has come to. In a class-attention block the class
    /// token alone asks, so that queries spread over samples.
    [[nodiscard]] std::vector<double> outputVariances(const Projection& projection) const
    {
        Moments moments;
        Moments asked;
        const bool asksAlone = isBehind() && projection.weight == Role::QkvWeight;
        for (std::size_t i = 0; i < m_journeys.size(); ++i) {
            const at::Tensor input_BTC = seen(projection.input, i);
            moments.add(outputs(projection,
                isBehind() ? input_BTC.flatten(0, 1) : withoutPadding(input_BTC, m_batches[i])));
            if (asksAlone)
                asked.add(outputs(projection, input_BTC.select(1, 0)));
        }
        std::vector<double> variances = moments.variances();
        if (asksAlone) {
            const ModelShape& shape = m_parameters.config.shape;
            const std::vector<double> queries = asked.variances();
            std::copy_n(queries.begin(), shape.heads * shape.headDim, variances.begin());
        }
        return variances;
    }

    /// Of each query head's attention logits there.
    [[nodiscard]] std::vector<double> logitVariances() const
    {
        Moments moments;
        for (std::size_t i = 0; i < m_journeys.size(); ++i)
            moments.add(logits(seen(Tap::AttentionNorm, i), m_journeys[i].mask));
        return moments.variances();
    }

private:
    [[nodiscard]] bool isBehind() const
    {
        return m_next >= m_parameters.config.shape.layers;
    }

    void joinClass(Journey& journey) const
    {
        if (!journey.class_B1D.defined())
            journey.class_B1D = classTokens(m_parameters, journey.stream_BTD.size(0));
    }

    void step(Journey& journey) const
    {
        if (!isBehind()) {
            journey.stream_BTD = runBlock(m_parameters, m_next, journey.stream_BTD, journey.mask);
            return;
        }
        joinClass(journey);
        journey.class_B1D =
            runClassBlock(m_parameters, m_next, journey.class_B1D, journey.stream_BTD);
    }

    [[nodiscard]] at::Tensor outputs(const Projection& projection, const at::Tensor& input_NC) const
    {
        return at::linear(input_NC, m_parameters.at(projection.weight, m_next),
            m_parameters.find(projection.bias, m_next));
    }

    [[nodiscard]] at::Tensor seen(Tap wanted, std::size_t journey) const
    {
        at::Tensor found;
        const TapObserver observer = [&](Tap tap, int /*block*/, const at::Tensor& value) {
            if (tap == wanted)
                found = value;
        };
        const auto& [stream_BTD, mask, class_B1D] = m_journeys[journey];
        if (isBehind())
            (void)runClassBlock(m_parameters, m_next, class_B1D, stream_BTD, observer, observer);
        else
            (void)runBlock(m_parameters, m_next, stream_BTD, mask, observer);
        return found;
    }

    static at::Tensor withoutPadding(const at::Tensor& values_BTC, const Batch& batch)
    {
        const at::Tensor rows_NC = values_BTC.flatten(0, 1);
        if (!batch.attentionMask_BT.defined())
            return rows_NC;
        return at::index_select(
            rows_NC, 0, batch.attentionMask_BT.ne(0).flatten().nonzero().flatten());
    }

    /// Scores of all pairs that may look at each other, [pairs, heads].
    [[nodiscard]] at::Tensor logits(const at::Tensor& normed_BTD, const AttentionMask& mask) const
    {
        const ModelShape& shape = m_parameters.config.shape;
        const QueryKeyValue qkv = queryKeyValueOf(m_parameters, m_next, normed_BTD, mask.rotation);
        const at::Tensor key_BHTh =
            at::repeat_interleave(qkv.key_BKTh, shape.heads / shape.kvHeads, 1);
        const double queryScale = m_parameters.config.flavour.queryScale;
        const double scale =
            queryScale > 0 ? queryScale : 1 / std::sqrt(static_cast<double>(shape.headDim));
        const at::Tensor query_BHTh =
            isBehind() ? qkv.query_BHTh.narrow(2, 0, 1) : qkv.query_BHTh; // the class token's
        const at::Tensor scores_BTTH =
            at::matmul(query_BHTh, key_BHTh.transpose(2, 3)).mul(scale).permute({0, 2, 3, 1});
        if (isBehind())
            return scores_BTTH.flatten(0, 2);
        at::Tensor allowed = mask.allowedIn(m_parameters.config.flavour, m_next);
        if (!allowed.defined() && mask.causal)
            allowed = at::tril(at::ones({scores_BTTH.size(1), scores_BTTH.size(2)}, at::kBool))
                          .unsqueeze(0)
                          .unsqueeze(0);
        const at::Tensor rows_NH = scores_BTTH.flatten(0, 2);
        if (!allowed.defined())
            return rows_NH;
        const at::Tensor pairs_BTT = allowed.squeeze(1).expand(
            {scores_BTTH.size(0), scores_BTTH.size(1), scores_BTTH.size(2)});
        return at::index_select(rows_NH, 0, pairs_BTT.flatten().nonzero().flatten());
    }

    const ParameterSet& m_parameters;
    const std::vector<Batch>& m_batches;
    std::vector<Journey> m_journeys;
    int m_next = 0; ///< the block that the streams enter
};

/// Sums variances of segments with the same label: gate and up rows of an MLP.
void joinTwins(const Dim& rows, const ModelShape& shape, std::vector<double>& variances)
{
    if (rows.segments.size() != 2 || rows.segments[0] != rows.segments[1])
        return;
    const auto length = static_cast<std::size_t>(lengthOf(rows.segments[0], shape));
    for (std::size_t i = 0; i < length; ++i)
        variances[i] = variances[i + length] = variances[i] + variances[i + length];
}

class Fitter
{
public:
    Fitter(TransferPlan& plan, const ParameterSet& parent, ParameterSet& child,
        const std::vector<Batch>& batches)
        : m_plan(plan)
        , m_parent(parent)
        , m_child(child)
        , m_parentWalk(parent, batches)
        , m_childWalk(child, batches)
    {
    }

    void fitBlock(int block, ScaleFit fit)
    {
        m_childWalk.goTo(block);
        const DestinationBlock& target = m_plan.blocks[static_cast<std::size_t>(block)];
        if (target.terms.size() != 1)
            return;
        m_parentWalk.goTo(target.terms.front().parentBlock);
        if (fit == ScaleFit::Logits)
            fitLogits(block);
        else
            for (const Projection& projection : kProjections)
                fitOutputs(block, projection);
    }

private:
    void fitOutputs(int block, const Projection& projection)
    {
        const ParameterPlan parameter = resolve(m_plan, {projection.weight, block});
        if (!selects(parameter))
            return;
        const Dim& rows = parameter.child.dims[0];
        std::vector<double> parent_R = m_parentWalk.outputVariances(projection);
        std::vector<double> child_R = m_childWalk.outputVariances(projection);
        joinTwins(rows, m_plan.parent.shape, parent_R);
        joinTwins(rows, m_plan.child.shape, child_R);
        const Gather gather = gatherOf(rows, parameter.terms[0].maps[0], m_plan.parent.shape);
        std::vector<double> factor_R;
        for (std::size_t row = 0; row < child_R.size(); ++row) {
            const std::int64_t source = gather.parentOf(static_cast<std::int64_t>(row));
            const bool reached =
                gather.reaches(static_cast<std::int64_t>(row)) && source < gather.parentLength;
            factor_R.push_back(
                reached ? factorOf(parent_R[static_cast<std::size_t>(source)], child_R[row]) : 1);
        }
        scaleRows(parameter, factor_R);
    }

    void fitLogits(int block)
    {
        const ParameterPlan parameter = resolve(m_plan, {Role::QkvWeight, block});
        if (m_plan.child.flavour.queryKeyNorm || !selects(parameter))
            return;
        const std::vector<double> parent_H = m_parentWalk.logitVariances();
        const std::vector<double> child_H = m_childWalk.logitVariances();
        const Gather gather =
            gatherOf(parameter.child.dims[0], parameter.terms[0].maps[0], m_plan.parent.shape);
        const ModelShape& shape = m_plan.child.shape;
        std::vector<double> factor_R(
            static_cast<std::size_t>((shape.heads + 2 * shape.kvHeads) * shape.headDim), 1.0);
        for (std::int64_t head = 0; head < shape.heads; ++head) {
            const std::int64_t source =
                gather.parentOf(head * shape.headDim) / m_plan.parent.shape.headDim;
            if (source >= m_plan.parent.shape.heads)
                continue; // from nothing
            std::fill_n(factor_R.begin() + head * shape.headDim, shape.headDim,
                factorOf(parent_H[static_cast<std::size_t>(source)],
                    child_H[static_cast<std::size_t>(head)]));
        }
        scaleRows(parameter, factor_R);
        if (hasParameter(m_plan.child, {Role::QkvBias, block}))
            scaleRows(resolve(m_plan, {Role::QkvBias, block}), factor_R);
    }

    /// One term whose rows are chosen, not mixed.
    static bool selects(const ParameterPlan& parameter)
    {
        if (parameter.terms.size() != 1)
            return false;
        const SegmentMaps& rows = parameter.terms.front().maps[0];
        return std::none_of(rows.begin(), rows.end(),
            [](const AxisMap* map) { return map && map->kind == AxisMap::Kind::Dense; });
    }

    /// In the plan, and in the weights that later blocks read through.
    void scaleRows(const ParameterPlan& parameter, const std::vector<double>& factor_R)
    {
        if (std::all_of(
                factor_R.begin(), factor_R.end(), [](double factor) { return factor == 1; }))
            return;
        const ParameterId id = parameter.child.id;
        const Dim& rows = parameter.child.dims[0];
        std::map<AxisLabel, AxisMap> maps;
        std::size_t first = 0;
        for (std::size_t s = 0; s < rows.segments.size(); ++s) {
            const AxisLabel label = rows.segments[s];
            const auto length = static_cast<std::size_t>(lengthOf(label, m_plan.child.shape));
            maps.insert_or_assign(label,
                weighed(parameter.terms.front().maps[0][s],
                    std::span(factor_R).subspan(first, length)));
            first += length;
        }
        // The parameter's maps lead into the plan: they are read before it changes.
        for (auto& [label, map] : maps)
            m_plan.rules[id].maps.insert_or_assign(label, std::move(map));
        m_child.at(id.role, id.block) =
            applyPlan(resolve(m_plan, id), m_parent, m_plan.child.shape);
    }

    /// The same indices, written with these factors on top of the map's own.
    static AxisMap weighed(const AxisMap* map, std::span<const double> factors)
    {
        const auto length = static_cast<std::int64_t>(factors.size());
        AxisMap result = map ? *map : AxisMap::identity(length);
        if (result.kind == AxisMap::Kind::Identity) {
            result.child_from_parent.resize(factors.size());
            std::iota(result.child_from_parent.begin(), result.child_from_parent.end(), 0);
        }
        result.kind = AxisMap::Kind::Repeat;
        result.writeWeight.resize(factors.size());
        for (std::int64_t i = 0; i < length; ++i) {
            const auto at = static_cast<std::size_t>(i);
            result.writeWeight[at] = (map ? map->weightOf(i, Side::Write) : 1.0) * factors[at];
        }
        return result;
    }

    TransferPlan& m_plan;
    const ParameterSet& m_parent;
    ParameterSet& m_child;
    Walk m_parentWalk;
    Walk m_childWalk;
};

} // namespace

Result<TransferPlan> fitScales(TransferPlan plan, const ParameterSet& parent,
    const std::vector<Batch>& batches, ScaleFit fit, const Progress& progress)
{
    const c10::InferenceMode noGradients;
    Result<ParameterSet> child = applyPlan(plan, parent, progress);
    if (!child)
        return child.error();
    Fitter fitter(plan, parent, *child, batches);
    const auto blocks = static_cast<int>(blocksOf(plan.child.shape));
    for (int block = 0; block < blocks; ++block) {
        if (progress.stopRequested())
            return cancelled();
        progress(static_cast<double>(block) / blocks,
            fmt::format("fitting the spread of block {} of {}", block + 1, blocks));
        fitter.fitBlock(block, fit);
    }
    return plan;
}

} // namespace espalier
