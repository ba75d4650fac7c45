// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/learn_operators.h"

#include "core/base/untrusted_text.h"
#include "core/engine/guard.h"
#include "core/engine/model_impl.h"
#include "core/engine/session.h"
#include "core/plan/footprint.h"
#include "core/storage/operator_store.h"
#include "core/storage/room.h"
#include "core/training/plan_learner.h"

#include <fmt/format.h>

#include <filesystem>

namespace espalier {

namespace {

/// The start's places and the learned numbers.
LearnedOperators operatorsFrom(
    const TransferPlan& initial, LearnedPlan& learned, const std::string& parentHash)
{
    const Operators start = operatorsOf(initial);
    LearnedOperators result{.method = initial.method,
        .parentHash = parentHash,
        .parent = initial.parent.shape,
        .child = initial.child.shape,
        .operators = std::move(learned.operators),
        .widthMoved = {},
        .depthMoved = {},
        .report = std::move(learned.report)};
    for (std::size_t i = 0; i < start.width.size(); ++i)
        result.widthMoved.push_back(
            distanceOf(start.width[i].free, result.operators.width[i].free));
    for (std::size_t i = 0; i < start.depth.size(); ++i)
        result.depthMoved.push_back(
            distanceOf(start.depth[i].weights, result.operators.depth[i].weights));
    return result;
}

/// The destination's weights, their gradients and what a step keeps for backward, about.
Status checkMemory(const TransferPlan& plan)
{
    const std::int64_t weights = footprintOf(plan.child, bytesPerElement(Dtype::F32)).bytes;
    return checkRoom({.disk = 0, .memory = 3 * weights},
        roomAt(std::filesystem::temp_directory_path()), "learning operators");
}

} // namespace

Result<LearnedStart> learnOperators(const Model& parent, const TransferPlan& initial,
    const PlanLearning& settings, const DataSpec& spec, Seed seed, const Progress& progress)
{
    return guarded([&]() -> Result<LearnedStart> {
        if (const Status fits = checkMemory(initial); !fits)
            return fits.error();
        const Result<Dataset> data = parent.impl().data->open(spec, parent.config(), progress);
        if (!data)
            return data.error();
        if (const Status labels = data->requireLabels(); !labels)
            return labels.error();
        const Result<ParameterSet> parameters = parent.impl().parameters(progress);
        if (!parameters)
            return parameters.error();
        Result<LearnedPlan> learned = learnPlan(
            initial, *parameters,
            [&](std::int64_t step) { return data->trainingBatch(seed, step, settings.batch); },
            settings, progress);
        if (!learned)
            return learned.error();
        const Result<std::string> hash = parent.weightsHash(progress);
        if (!hash)
            return hash.error();
        LearnedOperators operators = operatorsFrom(initial, *learned, *hash);
        return LearnedStart{std::move(learned->plan), std::move(operators)};
    });
}

Result<TransferPlan> withLearned(const Model& parent, const TransferPlan& initial,
    const LearnedOperators& learned, const Progress& progress)
{
    if (learned.method != initial.method)
        return refused(fmt::format(
            "operators: found method {}, wanted {}", inQuotes(learned.method), initial.method));
    const Result<std::string> hash = parent.weightsHash(progress);
    if (!hash)
        return hash.error();
    if (learned.parentHash != *hash)
        return refused(fmt::format("operators: found a parent with hash {}, wanted {}",
            inQuotes(learned.parentHash.substr(0, 12)), hash->substr(0, 12)));
    return withOperators(initial, learned.operators);
}

Status saveOperators(const LearnedOperators& operators, const std::filesystem::path& file)
{
    return guarded([&] { return writeOperators(operators, file); });
}

Result<LearnedOperators> loadOperators(const std::filesystem::path& file)
{
    return guarded([&] { return readOperators(file); });
}

} // namespace espalier
