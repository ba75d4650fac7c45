// SPDX-License-Identifier: GPL-3.0-or-later
//
// SliceGPT (Ashkboos et al. 2024, arXiv 2401.15024): the stream in its principal components, the
// weakest cut off. Rms norms pass rotations once their gains are folded into what reads them. One
// basis serves the whole network; the paper's, one per block, needs a matrix on every skip
// connection, which no stock loader has.

#include "core/methods/read_scores.h"
#include "core/methods/rows.h"
#include "core/methods/shrink.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <utility>

namespace espalier {

namespace {

constexpr auto kSliceOrders = std::to_array<Meaning<Order>>({
    {Order::Importance, "importance", "Most important first"},
    {Order::First, "first", "First k"},
});

ShrinkRules rulesFrom(const Options& options)
{
    return {.width = {.order = meantBy(options, "order", kSliceOrders)}};
}

MethodNeeds needsOfSlices(const Options& options)
{
    MethodNeeds needs = needsOf(rulesFrom(options));
    addNeed(needs, "residual-covariance");
    return needs;
}

/// The norm whose output a matrix reads.
std::optional<Role> gainInFront(Role reader)
{
    switch (reader) {
    case Role::QkvWeight:
        return Role::AttentionNormGain;
    case Role::MlpUpWeight:
        return Role::MlpNormGain;
    case Role::HeadWeight:
        return Role::FinalNormGain;
    default:
        return std::nullopt;
    }
}

Status acceptsSlices(const PlanRequest& request)
{
    const Flavour& flavour = request.parent.flavour;
    if (flavour.norm != NormKind::Rms)
        return refused("slicegpt: only Rms norms pass a rotation, found layer norms, which "
                       "subtract a mean over channels");
    if (flavour.layout != BlockLayout::PreNorm && flavour.layout != BlockLayout::Parallel)
        return refused("slicegpt: gains are folded into what reads them, found norms behind "
                       "attention and MLP, wanted them in front alone");
    if (flavour.embeddingNorm || flavour.headDense || flavour.headNorm || flavour.layerScale
        || !flavour.finalNorm || isHeadless(flavour.task))
        return refused("slicegpt: wanted a head behind a final norm, and no other norms or gains "
                       "on the stream");
    return {};
}

/// The strongest components as both faces of the stream's map.
Result<AxisMap> componentMap(const PlanRequest& request)
{
    const Matrix& basis_DD = request.measurements->residualBasis_DD;
    const std::int64_t n = request.parent.shape.hidden;
    if (basis_DD.values.empty())
        return notMeasured("principal components of the stream", "residual-covariance");
    if (basis_DD.rows != n || basis_DD.cols != n
        || std::cmp_not_equal(basis_DD.values.size(), n * n))
        return refused(
            fmt::format("measurements: residual-covariance holds {} values, the parent needs {}",
                basis_DD.values.size(), n * n));
    const std::int64_t kept = request.childShape.hidden;
    const Matrix components{kept, n, {basis_DD.values.begin(), basis_DD.values.begin() + kept * n}};
    return AxisMap::dense(components, components);
}

/// Norms without gains, gains in their readers, and sqrt(d/d') there: the norm of fewer channels is
/// larger.
void foldGains(TransferPlan& plan)
{
    const Flavour& flavour = plan.child.flavour;
    const double factor = std::sqrt(static_cast<double>(plan.parent.shape.hidden)
        / static_cast<double>(plan.child.shape.hidden));
    for (const ParameterSpec& spec : parametersOf(plan.child)) {
        const bool onStream = spec.dims.back().segments.front() == AxisLabel::Residual;
        if (spec.kind == ParameterKind::NormGain && onStream)
            plan.rules[spec.id] = {
                .fresh = true, .noise = Noise{.mean = 1 - flavour.normGainOffset, .std = 0}};
        if (const std::optional<Role> gain = gainInFront(spec.id.role)) {
            plan.rules[spec.id].scale = factor;
            plan.rules[spec.id].foldedGain = *gain;
        }
    }
}

Result<TransferPlan> planSlices(const PlanRequest& request)
{
    Result<AxisMap> components = componentMap(request);
    if (!components)
        return components.error();
    Result<TransferPlan> plan = planShrink("slicegpt", request, rulesFrom(request.options));
    if (!plan)
        return plan;
    plan->globalMaps[AxisLabel::Residual] = std::move(*components);
    if (predictsTokens(plan->child.flavour.task) && plan->child.flavour.tiedHead) {
        plan->child.flavour.tiedHead = false;
        plan->rules[{Role::HeadWeight, -1}].source = Role::TokenEmbedding;
    }
    foldGains(*plan);
    return plan;
}

} // namespace

Method slicegptMethod()
{
    return {
        .id = "slicegpt",
        .title = "SliceGPT (PCA)",
        .summary = "Turns the stream into its principal components and cuts the weakest off.",
        .paper = "Ashkboos et al. 2024, arXiv 2401.15024",
        .formula = "W_in' = √(d/d′) · W_in diag(γ) Q, W_out' = Qᵀ W_out; Q: the d′ strongest "
                   "eigenvectors of E[x xᵀ / ‖x‖²] over the stream",
        .evidence = "On llama-160m one rotation for all blocks trains to perplexity 80.9 where "
                    "ranked or arbitrary channels reach 90.8, 75.0 with layers weighed equally as "
                    "here (unreviewed, 6 seeds). Minitron's comparison: MMLU 37.1 where ShortGPT "
                    "has 54.7. Heads and units are cut as by subcloning, which the paper does not.",
        .cost = "an eigendecomposition, and dense products in place of copies",
        .startTitle = "sliced",
        .direction = Direction::Shrink,
        .reach = {.width = {.shrink = true}, .depth = {.shrink = true}},
        .options = {choiceOption("order", "Heads and units",
            "Which heads and MLP units stay where there are fewer: the highest mean |activation|, "
            "or the first.",
            "importance", kSliceOrders)},
        .needs = needsOfSlices,
        .plan = planSlices,
        .accepts = acceptsSlices,
    };
}

} // namespace espalier
