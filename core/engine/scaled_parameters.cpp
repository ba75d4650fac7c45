// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/scaled_parameters.h"

#include "core/engine/model_impl.h"
#include "core/plan/footprint.h"
#include "core/storage/room.h"
#include "core/tensors/apply_plan.h"
#include "core/tensors/make_parameters.h"
#include "core/tensors/scale_from_disk.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

constexpr std::int64_t kFloatBytes = bytesPerElement(Dtype::F32);

/// The parent's parameters of one of the destination's as they are read and turned; Dense maps
/// multiply them in fp64.
std::int64_t bytesOfParents(const TransferPlan& plan, ParameterId child)
{
    constexpr std::int64_t kProductBytes = 3 * std::int64_t{sizeof(double)};
    std::int64_t held = 0;
    std::int64_t largest = 0;
    const ParameterPlan parameter = resolve(plan, child);
    for (const ResolvedTerm& term : parameter.terms) {
        const std::int64_t elements =
            elementsOf(parameterOf(plan.parent, term.parent), plan.parent.shape);
        const bool dense = std::ranges::any_of(term.maps, [](const auto& maps) {
            return std::ranges::any_of(
                maps, [](const AxisMap* map) { return map && map->kind == AxisMap::Kind::Dense; });
        });
        held += elements * kFloatBytes;
        largest = std::max(largest, elements * (kFloatBytes + (dense ? kProductBytes : 0)));
    }
    return held + largest;
}

Result<ParameterSet> oneByOne(
    const Model& parent, const TransferPlan& plan, const Progress& progress)
{
    if (const Status same = parent.impl().stored->checkCopies(progress); !same)
        return same.error();
    return makeParameters(
        plan.child,
        [&](ParameterId id) { return scaledParameter(plan, *parent.impl().stored, id); }, "scaling",
        progress);
}

} // namespace

Result<ParameterSet> scaledParameters(
    const Model& parent, const TransferPlan& plan, const Progress& progress)
{
    const std::int64_t childBytes = footprintOf(plan.child, kFloatBytes).bytes;
    const Room room = roomAt(".");
    const Status fits =
        checkRoom({.memory = parent.impl().bytesToLoad() + childBytes}, room, "scaling in memory");
    if (fits) {
        const Result<ParameterSet> weights = parent.impl().parameters(progress);
        return weights ? applyPlan(plan, *weights, progress) : weights.error();
    }
    if (!parent.impl().stored)
        return fits.error();
    std::int64_t parents = 0;
    for (const ParameterSpec& spec : parametersOf(plan.child))
        parents = std::max(parents, bytesOfParents(plan, spec.id));
    if (const Status little =
            checkRoom({.memory = childBytes + parents}, room, "scaling in memory");
        !little)
        return little.error();
    progress.tell(fmt::format("the parent does not fit into memory: {}; scaling parameter by "
                              "parameter",
        fits.error().message));
    return oneByOne(parent, plan, progress);
}

Result<at::Tensor> scaledParameter(const Model& parent, const TransferPlan& plan, ParameterId child)
{
    if (parent.impl().stored && parent.impl().bytesToLoad() > 0)
        return scaledParameter(plan, *parent.impl().stored, child);
    const Result<ParameterSet> weights = parent.impl().parameters();
    if (!weights)
        return weights.error();
    return applyPlan(resolve(plan, child), *weights, plan.child.shape);
}

} // namespace espalier
