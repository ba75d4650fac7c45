// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/catalog.h"

#include "core/architectures/catalog.h"
#include "core/base/expect.h"
#include "core/base/nearest_name.h"
#include "core/base/untrusted_text.h"
#include "core/methods/rows.h"
#include "core/plan/task_sizes.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

/// Windowed or not goes with a block; fresh ones are as the parent's at their place.
void letWindowsFollow(TransferPlan& plan)
{
    const std::vector<bool>& from = plan.parent.flavour.windowed_L;
    if (from.empty())
        return;
    std::vector<bool>& to = plan.child.flavour.windowed_L;
    to.clear();
    for (std::size_t block = 0; block < plan.blocks.size(); ++block) {
        const auto& terms = plan.blocks[block].terms;
        const std::size_t source =
            terms.empty() ? block : static_cast<std::size_t>(terms.front().parentBlock);
        to.push_back(from[source % from.size()]);
    }
}

/// What a method sees of a request: sizes of the task are the parent's.
PlanRequest trunkOf(const PlanRequest& request)
{
    PlanRequest trunk = request;
    trunk.childShape = resized(request.parent.shape, request.childShape);
    return trunk;
}

/// A method that gave the destination another epsilon or head can be saved with it.
Status checkChanges(const TransferPlan& plan)
{
    const Flavour& from = plan.parent.flavour;
    const Flavour& to = plan.child.flavour;
    if (from.normEpsilon == to.normEpsilon && from.tiedHead == to.tiedHead)
        return {};
    return checkStated(plan.child);
}

} // namespace

std::span<const Method> methods()
{
    static const std::vector<Method> rows = {
        subcloningMethod(),
        weightSelectionMethod(),
        minitronMethod(),
        llmPrunerMethod(),
        wandaMethod(),
        magnitudeMethod(),
        slicegptMethod(),
        shearedMethod(),
        shortgptMethod(),
        deeperLayersMethod(),
        inherituneMethod(),
        stackbertMethod(),
        gstackMethod(),
        interpolationMethod(),
        duplicationMethod(),
        solarMethod(),
        passthroughMethod(),
        identityBlocksMethod(),
        net2netMethod(),
        fpiMethod(),
        akiMethod(),
        hypercloningMethod(),
        lemonMethod(),
        stagedMethod(),
        zeroGrowthMethod(),
        randomGrowthMethod(),
        ligoMethod(),
        randomMethod(),
    };
    return rows;
}

const Method& controlMethod()
{
    const auto all = methods();
    const auto found = std::find_if(all.begin(), all.end(),
        [](const Method& method) { return method.direction == Direction::Control; });
    ESPALIER_EXPECT(found != all.end(), "the catalog has a control");
    return *found;
}

const Method* findMethod(std::string_view id)
{
    const auto all = methods();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Method& method) { return method.id == id; });
    return found == all.end() ? nullptr : &*found;
}

Result<const Method*> methodOf(std::string_view id)
{
    if (const Method* method = findMethod(id))
        return method;
    std::vector<std::string> known;
    for (const Method& method : methods())
        known.emplace_back(method.id);
    return refused(fmt::format("method: found {}, {}", inQuotes(id), correctionOf(id, known)));
}

ShapeBounds boundsOf(const Method& method, const ModelConfig& parent)
{
    return {&parent, method.reach};
}

Status checkRequest(const Method& method, PlanRequest& request)
{
    Result<Options> options = completeOptions(method.options, request.options);
    if (!options)
        return Error{
            options.error().code, fmt::format("{}: {}", method.id, options.error().message)};
    request.options = std::move(*options);
    if (const Status fits = checkShape(boundsOf(method, request.parent), request.childShape); !fits)
        return fits;
    return method.accepts ? method.accepts(trunkOf(request)) : Status{};
}

Preservation preservationOf(const Method& method, const PlanRequest& request)
{
    const PlanRequest trunk = trunkOf(request);
    Preservation result;
    if (trunk.childShape == request.parent.shape && method.direction != Direction::Control)
        result.exact = true;
    else if (method.preserves)
        result = method.preserves(trunk);
    if (!result.exact)
        return result;
    result.reason = taskDifference(request.parent.shape, request.childShape);
    result.exact = result.reason.empty();
    return result;
}

Result<TransferPlan> makePlan(const Method& method, PlanRequest request)
{
    if (const Status fits = checkRequest(method, request); !fits)
        return fits.error();
    if (!method.needs(request.options).measurements.empty() && !request.measurements)
        return refused(fmt::format("{}: needs measurements of the parent, found none", method.id));
    Result<TransferPlan> plan = method.plan(trunkOf(request));
    if (!plan)
        return plan;
    letWindowsFollow(*plan);
    if (const Status stated = checkChanges(*plan); !stated)
        return stated.error();
    setTaskSizes(*plan, request.childShape);
    if (const Status status = checkPlan(*plan); !status)
        return status.error();
    return plan;
}

} // namespace espalier
