// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/plan_parts.h"

#include "core/methods/choose.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace espalier {

namespace {

struct NormRoles
{
    Role gain;
    Role bias;
};

/// The norm that the head reads; none in models that end without one.
std::optional<NormRoles> lastNorm(const Flavour& flavour)
{
    if (flavour.headNorm)
        return NormRoles{Role::HeadNormGain, Role::HeadNormBias};
    if (flavour.finalNorm)
        return NormRoles{Role::FinalNormGain, Role::FinalNormBias};
    return std::nullopt;
}

bool hasTiedHead(const ModelConfig& config)
{
    return predictsTokens(config.flavour.task) && config.flavour.tiedHead;
}

/// Scales a norm's output.
void scaleNorm(TransferPlan& plan, const NormRoles& norm, double scale)
{
    scaleGain(plan, {norm.gain, -1}, scale);
    if (hasParameter(plan.child, {norm.bias, -1}))
        plan.rules[{norm.bias, -1}].scale *= scale;
}

/// An own head, made from the embedding.
void untieHead(TransferPlan& plan, double scale)
{
    plan.child.flavour.tiedHead = false;
    plan.rules[{Role::HeadWeight, -1}] = {.scale = scale, .source = Role::TokenEmbedding};
}

double scaleOf(const TransferPlan& plan, ParameterId id)
{
    const auto rule = plan.rules.find(id);
    return rule == plan.rules.end() ? 1.0 : rule->second.scale;
}

/// The reading weight that all indices have, if they have one.
std::optional<double> commonReadWeight(const AxisMap& map)
{
    if (map.kind == AxisMap::Kind::Dense)
        return std::nullopt;
    if (map.readWeight.empty())
        return 1.0;
    const double first = map.readWeight.front();
    const bool all = std::all_of(map.readWeight.begin(), map.readWeight.end(),
        [first](double weight) { return weight == first; });
    return all ? std::optional(first) : std::nullopt;
}

} // namespace

TransferPlan planFor(std::string_view method, const PlanRequest& request)
{
    TransferPlan plan{.method = std::string(method),
        .parent = request.parent,
        .child = request.parent,
        .seed = request.seed};
    plan.child.shape = request.childShape;
    return plan;
}

bool isFresh(const TransferPlan& plan, ParameterId id)
{
    const auto rule = plan.rules.find(id);
    return rule != plan.rules.end() && rule->second.fresh;
}

void scaleGain(TransferPlan& plan, ParameterId gain, double scale)
{
    if (isFresh(plan, gain))
        return;
    ParameterRule& rule = plan.rules[gain];
    rule.scale *= scale;
    if (const double offset = plan.child.flavour.normGainOffset; offset != 0)
        rule.noise = Noise{.mean = (rule.scale - 1) * offset, .std = 0};
}

void scaleTiedHead(TransferPlan& plan, double scale, TiedHead policy)
{
    if (!hasTiedHead(plan.child) || policy == TiedHead::Leave)
        return;
    const std::optional<NormRoles> last = lastNorm(plan.child.flavour);
    const double rest = scale / scaleOf(plan, {Role::TokenEmbedding, -1});
    if (scale == 1 && rest == 1)
        return;
    if (policy == TiedHead::Untie || !last)
        untieHead(plan, scale);
    else if (rest != 1)
        scaleNorm(plan, *last, rest);
}

void keepEmbeddingMagnitude(TransferPlan& plan)
{
    const double from = static_cast<double>(plan.parent.shape.hidden);
    const double to = static_cast<double>(plan.child.shape.hidden);
    if (plan.parent.flavour.embeddingTimesSqrtHidden && from != to)
        plan.rules[{Role::TokenEmbedding, -1}].scale *= std::sqrt(from / to);
}

void divideTiedHead(TransferPlan& plan)
{
    const auto residual = plan.globalMaps.find(AxisLabel::Residual);
    if (!hasTiedHead(plan.child) || residual == plan.globalMaps.end())
        return;
    const std::optional<double> common = commonReadWeight(residual->second);
    const std::optional<NormRoles> last = lastNorm(plan.child.flavour);
    if (common)
        return scaleTiedHead(plan, *common, TiedHead::Fold);
    if (!last || plan.child.flavour.normGainOffset != 0)
        return untieHead(plan, 1);
    const double undo = 1 / scaleOf(plan, {Role::TokenEmbedding, -1});
    for (const Role role : {last->gain, last->bias})
        if (hasParameter(plan.child, {role, -1})) {
            plan.rules[{role, -1}].face = Side::Read;
            plan.rules[{role, -1}].scale *= undo;
        }
}

std::map<AxisLabel, AxisMap> headMaps(const ModelShape& parent,
    const std::vector<std::int64_t>& childHead_from_parent,
    const std::vector<std::int64_t>& childGroup_from_parent)
{
    const auto mapOf = [](std::int64_t length, std::vector<std::int64_t> indices) {
        AxisMap map = AxisMap::repeat(length, std::move(indices));
        const bool once = commonReadWeight(map) == 1.0;
        return once ? keep(length, std::move(map.child_from_parent)) : map;
    };
    const auto heads = channelsOfHeads(childHead_from_parent, parent.headDim);
    const auto groups = channelsOfHeads(childGroup_from_parent, parent.headDim);
    std::map<AxisLabel, AxisMap> maps;
    maps[AxisLabel::Query] = mapOf(parent.heads * parent.headDim, heads);
    maps[AxisLabel::Context] = maps[AxisLabel::Query];
    maps[AxisLabel::Key] = mapOf(parent.kvHeads * parent.headDim, groups);
    maps[AxisLabel::Value] = maps[AxisLabel::Key];
    maps[AxisLabel::Head] = mapOf(parent.heads, childHead_from_parent);
    return maps;
}

} // namespace espalier
