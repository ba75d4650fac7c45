// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/grow_norms.h"

#include "core/methods/plan_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace espalier {

namespace {

bool isOnStream(const ParameterSpec& spec)
{
    return spec.dims.size() == 1 && spec.dims[0].segments == std::vector{AxisLabel::Residual};
}

bool readsStream(const ParameterSpec& spec)
{
    return spec.kind == ParameterKind::Matrix && spec.dims.size() == 2
        && spec.dims[1] == Dim{{AxisLabel::Residual}, Side::Read};
}

bool writesStream(const ParameterSpec& spec)
{
    return std::ranges::any_of(spec.dims, [](const Dim& dim) {
        return dim.segments.front() == AxisLabel::Residual && dim.side == Side::Write;
    });
}

/// A norm on what a block adds: it reads and writes at the stream's scale.
bool isOnBranch(Role role)
{
    return role == Role::AttentionPostNormGain || role == Role::MlpPostNormGain;
}

struct ScaledPart
{
    Role weight;
    Role bias;
    Role scale;
};
constexpr auto kScaledParts = std::to_array<ScaledPart>({
    {Role::AttentionOutWeight, Role::AttentionOutBias, Role::AttentionScale},
    {Role::MlpDownWeight, Role::MlpDownBias, Role::MlpScale},
});

std::string whyNotAnyWidth(const Flavour& flavour)
{
    if (flavour.layout == BlockLayout::PostNorm || flavour.embeddingNorm)
        return "norms stand on the stream itself (post-norm), which must be whole copies";
    if (flavour.norm == NormKind::Layer && flavour.layout == BlockLayout::Sandwich)
        return "what norms with biases add to the stream has no mean to pad with";
    return "";
}

} // namespace

double spreadOf(const ModelShape& parent, const ModelShape& child)
{
    const std::int64_t copies = child.hidden / parent.hidden;
    return std::sqrt(
        static_cast<double>(copies * parent.hidden) / static_cast<double>(child.hidden));
}

void keepNormedValues(TransferPlan& plan, double eta)
{
    if (eta == 1)
        return;
    for (const ParameterSpec& spec : parametersOf(plan.child)) {
        if (!writesStream(spec) || isFresh(plan, spec.id))
            continue;
        switch (spec.kind) {
        case ParameterKind::NormGain:
            if (!isOnBranch(spec.id.role))
                scaleGain(plan, spec.id, eta);
            break;
        case ParameterKind::NormBias:
        case ParameterKind::LayerScale: // multiplies what is scaled already
            break;
        default:
            plan.rules[spec.id].scale /= eta;
        }
    }
}

void foldLayerScales(TransferPlan& plan)
{
    if (!plan.child.flavour.layerScale)
        return;
    for (std::size_t j = 0; j < plan.blocks.size(); ++j)
        for (const auto& [weight, bias, scale] : kScaledParts) {
            const int block = static_cast<int>(j);
            for (const ParameterId id : {ParameterId{weight, block}, ParameterId{bias, block}})
                if (hasParameter(plan.child, id) && !isFresh(plan, id))
                    plan.rules[id].foldedGain = scale;
            plan.rules[{scale, block}] = {.fresh = true, .noise = Noise{.mean = 1, .std = 0}};
        }
}

void freshenGains(TransferPlan& plan)
{
    for (const ParameterSpec& spec : parametersOf(plan.child)) {
        const bool gains =
            spec.kind == ParameterKind::NormGain || spec.kind == ParameterKind::LayerScale;
        const double fresh = freshInit(plan.child, spec).mean;
        // With an offset a stored 0 is no gain of 0.
        if (gains && isOnStream(spec) && fresh != 0 && !isFresh(plan, spec.id))
            plan.rules[spec.id].noise = Noise{.mean = fresh, .std = 0, .unreachedOnly = true};
    }
}

void fillFreeColumns(TransferPlan& plan)
{
    for (const ParameterSpec& spec : parametersOf(plan.child))
        if (readsStream(spec) && !isFresh(plan, spec.id))
            plan.rules[spec.id].noise = Noise{.std = 1, .relative = true, .unreachedOnly = true};
}

Status checkAnyWidth(const PlanRequest& request)
{
    const std::int64_t from = request.parent.shape.hidden;
    const std::int64_t to = request.childShape.hidden;
    if (to % from == 0)
        return {};
    const std::int64_t below = to / from * from;
    const std::string why = whyNotAnyWidth(request.parent.flavour);
    if (why.empty())
        return {};
    return refused(
        describe({fmt::format("hidden {}: {}, so hidden must be a multiple of the parent's {}", to,
                      why, from),
            below, below + from}));
}

} // namespace espalier
