// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/grow_norms.h"

#include "core/architectures/catalog.h"
#include "core/methods/plan_parts.h"

#include <fmt/format.h>

#include <algorithm>
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

/// The map with what it writes multiplied.
void scaleWriting(AxisMap& map, double factor)
{
    if (map.kind == AxisMap::Kind::Identity) {
        std::vector<std::int64_t> all(static_cast<std::size_t>(map.parentLength));
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = static_cast<std::int64_t>(i);
        map = AxisMap::repeat(map.parentLength, std::move(all));
    }
    if (map.writeWeight.empty())
        map.writeWeight.assign(map.child_from_parent.size(), 1.0);
    map.kind = AxisMap::Kind::Repeat;
    for (double& weight : map.writeWeight)
        weight *= factor;
}

std::string whyNotAnyWidth(const Flavour& flavour)
{
    if (flavour.layout == BlockLayout::PostNorm || flavour.embeddingNorm)
        return "norms stand on the stream itself (post-norm), which must be whole copies";
    if (flavour.norm == NormKind::Layer && flavour.layout == BlockLayout::Sandwich)
        return "what norms with biases add to the stream has no mean to pad with";
    if (flavour.norm == NormKind::Layer && flavour.layerScale)
        return "gains on what blocks add leave no mean to pad with";
    return "";
}

} // namespace

double spreadOf(const ModelShape& parent, const ModelShape& child)
{
    const std::int64_t copies = child.hidden / parent.hidden;
    return std::sqrt(
        static_cast<double>(copies * parent.hidden) / static_cast<double>(child.hidden));
}

void letNormsFollow(TransferPlan& plan, double eta)
{
    if (eta == 1)
        return;
    plan.child.flavour.normEpsilon *= eta * eta;
    for (const ParameterSpec& spec : parametersOf(plan.child))
        if (spec.kind == ParameterKind::NormGain && isOnStream(spec))
            scaleGain(plan, spec.id, eta);
    if (!plan.child.flavour.queryKeyNorm)
        return;
    for (DestinationBlock& block : plan.blocks)
        for (const AxisLabel label : {AxisLabel::Query, AxisLabel::Key})
            scaleWriting(block.maps.at(label), eta);
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
    std::string why = whyNotAnyWidth(request.parent.flavour);
    if (why.empty()) {
        ModelConfig child = request.parent;
        child.shape = request.childShape;
        const double eta = spreadOf(request.parent.shape, request.childShape);
        child.flavour.normEpsilon *= eta * eta;
        if (const Status stated = checkStated(child); !stated)
            why = stated.error().message;
    }
    if (why.empty())
        return {};
    return refused(
        describe({fmt::format("hidden {}: {}, so hidden must be a multiple of the parent's {}", to,
                      why, from),
            below, below + from}));
}

} // namespace espalier
