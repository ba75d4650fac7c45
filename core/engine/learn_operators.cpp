// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/learn_operators.h"

#include "core/base/untrusted_text.h"
#include "core/engine/guard.h"
#include "core/engine/learning_inputs.h"
#include "core/engine/session.h"
#include "core/storage/operator_store.h"
#include "core/training/plan_learner.h"

#include <fmt/format.h>

#include <filesystem>

namespace espalier {

namespace {

constexpr std::int64_t kSets = 3; ///< weights, gradients, and what operators made on the way

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

} // namespace

Result<LearnedStart> learnOperators(const Model& parent, const TransferPlan& initial,
    const PlanLearning& settings, const DataSpec& spec, Seed seed, const Progress& progress)
{
    return guarded([&]() -> Result<LearnedStart> {
        const Result<LearningInputs> inputs = openForLearning(parent, spec,
            {.config = initial.child, .sets = kSets, .batch = settings.batch}, "learning operators",
            progress);
        if (!inputs)
            return inputs.error();
        Result<LearnedPlan> learned = learnPlan(
            initial, inputs->parent,
            [&](std::int64_t step) {
                return inputs->data.trainingBatch(seed, step, settings.batch);
            },
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
