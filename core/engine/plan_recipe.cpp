// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/untrusted_text.h"
#include "core/engine/fit_scales.h"
#include "core/engine/guard.h"
#include "core/engine/learn_masks.h"
#include "core/engine/learn_operators.h"
#include "core/engine/model_impl.h"
#include "core/engine/model_source.h"
#include "core/engine/session.h"
#include "core/methods/catalog.h"
#include "core/plan/task_sizes.h"

#include <fmt/format.h>

namespace espalier {

namespace {

Status checkHash(const Recipe& recipe, const Model& parent, const Progress& progress)
{
    if (recipe.parentHash.empty())
        return {};
    const Result<std::string> hash = parent.weightsHash(progress);
    if (!hash)
        return hash.error();
    if (*hash == recipe.parentHash)
        return {};
    return refused(fmt::format("{}: found weights with hash {}, wanted {} as the recipe has it",
        parent.path().string(), hash->substr(0, 12), inQuotes(recipe.parentHash.substr(0, 12))));
}

std::optional<PlanLearning> learningOf(const Method& method, const Options& options)
{
    return method.learning ? method.learning(options) : std::nullopt;
}

/// The recipe's own settings, or those of built-in data that suit the parent.
Result<MeasureSettings> settingsFor(const Recipe& recipe, const Model& parent)
{
    if (recipe.measure)
        return *recipe.measure;
    const std::optional<DataSpec> data = builtInData(parent.config());
    if (!data)
        return refused(fmt::format("method {} needs data: no built-in data suit this parent; "
                                   "name data to measure or learn on",
            recipe.method));
    MeasureSettings settings;
    settings.data = *data;
    return settings;
}

Result<std::optional<Measurements>> measurementsFor(const Recipe& recipe, const Method& method,
    const Options& options, const Model& parent, const Progress& progress)
{
    const std::vector<std::string_view> needed = method.needs(options).measurements;
    if (needed.empty())
        return std::optional<Measurements>();
    Result<MeasureSettings> settings = settingsFor(recipe, parent);
    if (!settings)
        return settings.error();
    settings->ids.insert(settings->ids.end(), needed.begin(), needed.end());
    Result<Measurements> measured = measureOnce(parent, *settings, progress);
    if (!measured)
        return measured.error();
    return std::optional(*std::move(measured));
}

/// Masks for the recipe's shape, learned on its data; a person is told how near they came.
Result<LearnedMasks> learnedMasks(const Model& parent, const Recipe& recipe,
    const MaskLearning& settings, const Progress& progress)
{
    const Result<MeasureSettings> data = settingsFor(recipe, parent);
    if (!data)
        return data.error();
    Result<LearnedMasks> masks = learnMasks(parent, resized(parent.config().shape, recipe.shape),
        settings, data->data, derive(recipe.seed, "learning"), progress);
    if (masks)
        progress.tell(
            fmt::format("masks: expected sizes {:.1f} layers, hidden {:.1f}, heads {:.1f}, "
                        "mlp {:.1f}; masked loss {:.3f}",
                masks->layers, masks->hidden, masks->heads, masks->mlp, masks->losses.back()));
    return masks;
}

/// The plan in closed form; of another size than the parent's with learned masks or fitted scales
/// where the method has them.
Result<TransferPlan> fitted(const Model& parent, const Method& method, PlanRequest request,
    const Recipe& recipe, const Progress& progress)
{
    Result<TransferPlan> plan = makePlan(method, request);
    if (!plan || request.childShape == parent.config().shape)
        return plan;
    if (method.maskLearning) {
        const Result<LearnedMasks> masks =
            learnedMasks(parent, recipe, method.maskLearning(request.options), progress);
        if (!masks)
            return masks.error();
        request.masks = &*masks;
        return makePlan(method, request);
    }
    const std::optional<ScaleFit> fit =
        method.fitting ? method.fitting(request.options) : std::nullopt;
    if (!fit)
        return plan;
    const Result<MeasureSettings> settings = settingsFor(recipe, parent);
    if (!settings)
        return settings.error();
    return fitScales(parent, *std::move(plan), *settings, *fit, progress);
}

/// The plan with its operators: those given, or learned ones.
Result<PlannedRecipe> tuned(PlannedRecipe planned, const std::optional<PlanLearning>& learning,
    const Recipe& recipe, const Progress& progress)
{
    if (planned.operators) {
        Result<TransferPlan> plan =
            withLearned(planned.parent, planned.plan, *planned.operators, progress);
        if (!plan)
            return plan.error();
        planned.plan = *std::move(plan);
        return planned;
    }
    if (!learning || operatorsOf(planned.plan).empty())
        return planned;
    const Result<MeasureSettings> settings = settingsFor(recipe, planned.parent);
    if (!settings)
        return settings.error();
    Result<LearnedStart> learned = learnOperators(planned.parent, planned.plan, *learning,
        settings->data, derive(recipe.seed, "learning"), progress);
    if (!learned)
        return learned.error();
    planned.plan = std::move(learned->plan);
    planned.operators = std::move(learned->operators);
    return planned;
}

/// Refused before anything is measured. The size of the parent's tokenizer takes reading it, so it
/// is asked for where it counts.
Status checkReach(const Model& parent, const Method& method, PlanRequest request)
{
    if (const Status fits = checkRequest(method, request); !fits)
        return fits;
    if (request.childShape.vocab == request.parent.shape.vocab)
        return {};
    const Result<std::int64_t> tokens = parent.impl().data->tokens();
    if (!tokens)
        return tokens.error();
    ShapeBounds bounds = boundsOf(method, request.parent);
    bounds.tokens = *tokens;
    return checkShape(bounds, request.childShape);
}

} // namespace

Result<PlannedRecipe> planRecipe(const Recipe& recipe,
    const std::optional<Measurements>& measurements, const Progress& progress,
    const std::optional<LearnedOperators>& operators)
{
    if (const Result<const Method*> method = methodOf(recipe.method); !method)
        return method.error(); // before anything is opened
    const Result<Model> parent = openModel(recipe.parentPath, progress);
    return parent ? planRecipeOf(*parent, recipe, measurements, progress, operators)
                  : parent.error();
}

Result<PlannedRecipe> planRecipeOf(const Model& parent, const Recipe& recipe,
    const std::optional<Measurements>& measurements, const Progress& progress,
    const std::optional<LearnedOperators>& operators)
{
    const Result<const Method*> method = methodOf(recipe.method);
    if (!method)
        return method.error();
    const Result<Options> options = completeOptions((*method)->options, recipe.options);
    if (!options)
        return options.error();
    if (const Status same = checkHash(recipe, parent, progress); !same)
        return same.error();
    const ModelShape shape = destinationShape(parent.config().shape, recipe.shape);
    PlanRequest request{
        .parent = parent.config(), .childShape = shape, .options = *options, .seed = recipe.seed};
    if (const Status fits = checkReach(parent, **method, request); !fits)
        return fits.error();
    Result<std::optional<Measurements>> found = measurements
        ? Result<std::optional<Measurements>>(measurements)
        : measurementsFor(recipe, **method, *options, parent, progress);
    if (!found)
        return found.error();
    // What learns, learns on the parent's data, so on its task.
    request.childShape = resized(parent.config().shape, shape);
    request.measurements = *found ? &**found : nullptr;
    Result<TransferPlan> plan = fitted(parent, **method, request, recipe, progress);
    if (!plan)
        return plan.error();
    Result<PlannedRecipe> planned = tuned({parent, *std::move(plan), *std::move(found), operators},
        learningOf(**method, *options), recipe, progress);
    if (!planned)
        return planned;
    setTaskSizes(planned->plan, shape);
    if (const Status sound = checkPlan(planned->plan); !sound)
        return sound.error();
    return planned;
}

} // namespace espalier
