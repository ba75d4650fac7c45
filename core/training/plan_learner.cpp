// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/plan_learner.h"

#include "core/forward/loss.h"
#include "core/plan/footprint.h"
#include "core/plan/operators.h"
#include "core/tensors/block_cache.h"
#include "core/tensors/learnable_plan.h"
#include "core/training/leaf_optimizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

namespace espalier {

namespace {

/// Multiply-adds of one dimension's Dense maps over `others` values, as two operations each.
double productFlops(const std::vector<const AxisMap*>& maps, std::int64_t others)
{
    double flops = 0;
    for (const AxisMap* map : maps)
        if (map && map->kind == AxisMap::Kind::Dense) {
            const auto& units = map->child_from_parent;
            const std::int64_t free =
                units.empty() ? map->childLength : std::count(units.begin(), units.end(), kNothing);
            flops += 2.0 * static_cast<double>(free * map->parentLength * others);
        }
    return flops;
}

/// Making the destination once, from its plan.
double makingFlops(const TransferPlan& plan)
{
    double flops = 0;
    for (const ParameterSpec& spec : parametersOf(plan.child)) {
        const ParameterPlan parameter = resolve(plan, spec.id);
        if (parameter.terms.empty())
            continue;
        const ResolvedTerm& term = parameter.terms.front();
        if (parameter.terms.size() > 1)
            flops += 2.0 * static_cast<double>(parameter.terms.size())
                * static_cast<double>(elementsOf(spec, plan.parent.shape));
        const std::int64_t parentCols =
            spec.dims.size() == 2 ? lengthOf(spec.dims[1], plan.parent.shape) : 1;
        flops += productFlops(term.maps[0], parentCols);
        if (spec.dims.size() == 2)
            flops += productFlops(term.maps[1], lengthOf(spec.dims[0], plan.child.shape));
    }
    return flops;
}

std::int64_t itemsIn(const Batch& batch)
{
    return batch.inputIds_BT.defined() ? batch.inputIds_BT.numel() : samplesOf(batch);
}

/// Sums of row norms of one label's old and new neurons.
struct NormSums
{
    double kept = 0;
    double added = 0;
    double keptRows = 0;
    double addedRows = 0;
};

void addNorms(NormSums& sums, const at::Tensor& norms, const std::vector<std::int64_t>& unitRows)
{
    const at::Tensor doubles = norms.to(at::kDouble).contiguous();
    const double* const values = doubles.const_data_ptr<double>();
    for (std::size_t row = 0; row < unitRows.size(); ++row) {
        const bool isNew = unitRows[row] == kNothing;
        (isNew ? sums.added : sums.kept) += values[row];
        (isNew ? sums.addedRows : sums.keptRows) += 1;
    }
}

std::vector<NeuronNorms> normsOf(const TransferPlan& plan, const ParameterSet& destination)
{
    std::map<AxisLabel, NormSums> sums;
    for (const auto& [id, values] : destination.tensors) {
        const ParameterPlan parameter = resolve(plan, id);
        if (parameter.child.kind != ParameterKind::Matrix || parameter.terms.empty())
            continue;
        const Dim& rows = parameter.child.dims[0];
        const at::Tensor norms = at::linalg_vector_norm(values, 2, {1});
        std::int64_t first = 0;
        for (std::size_t s = 0; s < rows.segments.size(); ++s) {
            const std::int64_t length = lengthOf(rows.segments[s], plan.child.shape);
            const AxisMap* const map = parameter.terms.front().maps[0][s];
            if (map && map->kind == AxisMap::Kind::Dense && !map->child_from_parent.empty())
                addNorms(
                    sums[rows.segments[s]], norms.narrow(0, first, length), map->child_from_parent);
            first += length;
        }
    }
    std::vector<NeuronNorms> norms;
    for (const auto& [label, sum] : sums)
        norms.push_back({label, sum.keptRows > 0 ? sum.kept / sum.keptRows : 0,
            sum.addedRows > 0 ? sum.added / sum.addedRows : 0});
    return norms;
}

double normOf(const std::vector<at::Tensor>& leaves)
{
    double sum = 0;
    for (const at::Tensor& leaf : leaves)
        sum += std::pow(at::linalg_vector_norm(leaf.detach().to(at::kDouble)).item<double>(), 2);
    return std::sqrt(sum);
}

double distanceOf(const std::vector<at::Tensor>& leaves, const std::vector<at::Tensor>& start)
{
    std::vector<at::Tensor> moves;
    for (std::size_t i = 0; i < leaves.size(); ++i)
        moves.push_back(leaves[i].detach().sub(start[i]));
    return normOf(moves);
}

/// The loop: leaves that learn, and the report on the way.
class Lesson
{
public:
    Lesson(const LearnablePlan& plan, const PlanLearning& settings)
        : m_plan(plan)
        , m_settings(settings)
        , m_optimizer(plan.leaves(), settings.weightDecay)
    {
        for (const at::Tensor& leaf : plan.leaves())
            m_start.push_back(leaf.detach().clone());
        m_report.startNorm = normOf(m_start);
    }

    /// Refused if the loss or a gradient is not finite; the leaves are as before then.
    Status step(const Batch& batch)
    {
        const auto done = static_cast<std::int64_t>(m_report.losses.size());
        const at::Tensor loss = lossOf(m_plan.destination(), batch);
        loss.backward();
        const double value = loss.item<double>();
        const double norm = m_optimizer.gradientNorm();
        if (!std::isfinite(value) || !std::isfinite(norm))
            return refused(fmt::format("learning operators: first non-finite {} at step {}, "
                                       "wanted a lower learning rate",
                std::isfinite(value) ? "gradient" : "loss", done + 1));
        m_optimizer.step(learningRateAt(m_settings, done), norm, m_settings.clipNorm);
        m_optimizer.clearGradients();
        m_report.losses.push_back(value);
        m_report.distance = distanceOf(m_plan.leaves(), m_start);
        m_report.distances.push_back(m_report.distance);
        return {};
    }

    [[nodiscard]] const LearningReport& report() const
    {
        return m_report;
    }

private:
    const LearnablePlan& m_plan;
    const PlanLearning& m_settings;
    LeafOptimizer m_optimizer;
    std::vector<at::Tensor> m_start;
    LearningReport m_report;
};

} // namespace

double learningRateAt(const PlanLearning& settings, std::int64_t step)
{
    const auto done = static_cast<double>(step + 1);
    if (step < settings.warmupSteps)
        return settings.learningRate * done / static_cast<double>(settings.warmupSteps);
    const auto rest = static_cast<double>(settings.steps - settings.warmupSteps);
    return settings.learningRate * static_cast<double>(settings.steps - step) / rest;
}

Result<LearnedPlan> learnPlan(const TransferPlan& initial, const ParameterSet& parent,
    const std::function<Batch(std::int64_t step)>& batchAt, const PlanLearning& settings,
    const Progress& progress)
{
    if (const Status fits = LearnablePlan::accepts(initial); !fits)
        return fits.error();
    const BlockCacheHold memory;
    const auto begin = std::chrono::steady_clock::now();
    const LearnablePlan learnable(
        initial, convertedTo(parent, at::kCPU, at::kFloat), settings.width, settings.depth);
    Lesson lesson(learnable, settings);
    const double perItem = footprintOf(initial.child, 4).trainingFlops;
    double flops = 3 * makingFlops(initial) * static_cast<double>(settings.steps);
    for (std::int64_t step = 0; step < settings.steps; ++step) {
        if (progress.stopRequested())
            return cancelled();
        const Batch batch = batchAt(step);
        if (const Status done = lesson.step(batch); !done)
            return done.error();
        flops += perItem * static_cast<double>(itemsIn(batch));
        progress(static_cast<double>(step + 1) / static_cast<double>(settings.steps),
            fmt::format("learning operators, loss {:.3f}", lesson.report().losses.back()));
    }

    Operators operators = learnable.operators();
    Result<TransferPlan> plan = withOperators(initial, operators);
    if (!plan)
        return plan.error();
    LearningReport report = lesson.report();
    const at::NoGradGuard noGradients;
    report.norms = normsOf(*plan, learnable.destination());
    report.flops = flops;
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return LearnedPlan{*std::move(plan), std::move(operators), std::move(report)};
}

} // namespace espalier
