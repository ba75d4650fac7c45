// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/recommend.h"

#include "core/engine/model_source.h"
#include "core/methods/catalog.h"
#include "core/report/dropped.h"

#include <fmt/format.h>

namespace espalier {

namespace {

ModelShape shapeFor(const RecommendSettings& settings, const ModelConfig& parent)
{
    const ShapeBounds anywhere{.parent = &parent,
        .reach = {
            .width = {.shrink = true, .grow = true}, .depth = {.shrink = true, .grow = true}}};
    ModelShape shape = parent.shape;
    for (const auto& [size, value] : settings.sizes)
        if (size == Size::Hidden) {
            shape = withSize(anywhere, shape, size, value);
            shape.hidden = value;
        }
    for (const auto& [size, value] : settings.sizes)
        set(shape, size, value);
    return destinationShape(parent.shape, shape);
}

/// Share of E|x| squared over all taps that the kept channels hold; mean-abs stands in for the root
/// mean square.
std::optional<double> retainedEnergy(const TransferPlan& plan, const Measurements& measurements)
{
    const ChannelScores* const scores = measurements.scoresBy(kMeanAbs);
    if (!scores)
        return std::nullopt;
    const std::vector<bool> dropped = droppedResidual(plan);
    double all = 0;
    double kept = 0;
    for (std::size_t i = 0; i < scores->afterMlp_LD.values.size(); ++i) {
        const double energy = scores->afterMlp_LD.values[i] * scores->afterMlp_LD.values[i];
        all += energy;
        if (!dropped[i % dropped.size()])
            kept += energy;
    }
    return all > 0 ? std::optional(kept / all) : std::nullopt;
}

/// Fills in what only measuring tells; the reason if the default method cannot make the shape.
Status measureFit(ParentFit& fit, const Model& parent, const ModelShape& wanted,
    const RecommendSettings& settings, const Progress& progress)
{
    const Method& method = methods().front();
    PlanRequest request{.parent = parent.config(), .childShape = wanted};
    if (const Status fits = checkRequest(method, request); !fits) {
        fit.problem = fits.error().message;
        return {};
    }
    if (!settings.data)
        return {};
    MeasureSettings measuring;
    measuring.data = *settings.data;
    measuring.samples = settings.samples;
    const Recipe recipe{.parentPath = {},
        .parentHash = {},
        .shape = wanted,
        .method = std::string(method.id),
        .measure = measuring};
    const Result<PlannedRecipe> planned = planRecipeOf(parent, recipe, std::nullopt, progress);
    if (!planned)
        return planned.error();
    if (planned->measurements)
        fit.retainedEnergy = retainedEnergy(planned->plan, *planned->measurements);
    const Result<Model> child = scaleModel(parent, planned->plan, progress);
    if (!child)
        return child.error();
    const Result<Evaluation> score = evaluate(*child, *settings.data, settings.samples, progress);
    if (!score)
        return score.error();
    fit.untrainedLoss = score->loss;
    return {};
}

} // namespace

Result<std::vector<ParentFit>> recommendParents(
    const RecommendSettings& settings, const Progress& progress)
{
    std::vector<ParentFit> fits;
    for (const std::string& name : settings.parents) {
        if (progress.stopRequested())
            return cancelled();
        const Result<Model> parent = openModel(name, progress);
        if (!parent) {
            fits.push_back({.parent = name, .problem = parent.error().message});
            continue;
        }
        const ModelShape wanted = shapeFor(settings, parent->config());
        ParentFit fit = fitOf(name, parent->config(), wanted);
        if (const Status done = measureFit(fit, *parent, wanted, settings, progress); !done) {
            if (done.error().code == ErrorCode::Cancelled)
                return done.error();
            fit.problem = done.error().message;
        }
        fits.push_back(std::move(fit));
    }
    return rankedParents(std::move(fits));
}

} // namespace espalier
