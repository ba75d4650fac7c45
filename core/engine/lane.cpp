// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/lane.h"

#include "core/engine/growth.h"
#include "core/plan/footprint.h"
#include "core/storage/atomic_folder.h"
#include "core/training/schedule.h"
#include "core/training/validation.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace espalier {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kLeastValidationBatch =
    16; // nothing is kept for gradients, so there is room

AdamWSettings adamWOf(const TrainSettings& settings)
{
    return {.beta1 = settings.beta1, .beta2 = settings.beta2, .weightDecay = settings.weightDecay};
}

/// Tokens per sample as the trunk sees them.
std::int64_t tokensIn(const ModelConfig& config, const Batch& batch)
{
    return batch.inputIds_BT.defined() ? batch.inputIds_BT.size(1) : trunkTokensOf(config);
}

LaneRecord recordOf(LaneSpec spec, const ParameterSet& parameters, const Dataset& data)
{
    return {.spec = std::move(spec),
        .note = {},
        .points = {},
        .parameters = elementsOf(parameters),
        .floor = data.floor()};
}

} // namespace

TrainPoint pointFrom(const RunRow& row)
{
    TrainPoint point{.step = static_cast<std::int64_t>(row.step),
        .tokens = row.tokens,
        .seconds = row.seconds,
        .flops = row.flops,
        .trainLoss = row.trainLoss,
        .learningRate = row.learningRate,
        .gradNorm = row.gradientNorm};
    if (row.evaluated >= 1)
        point.validationLoss = row.validationLoss;
    if (row.evaluated >= 2)
        point.accuracy = row.accuracy;
    return point;
}

RunRow rowFrom(const TrainPoint& point)
{
    return {.step = static_cast<double>(point.step),
        .tokens = point.tokens,
        .seconds = point.seconds,
        .flops = point.flops,
        .trainLoss = point.trainLoss,
        .learningRate = point.learningRate,
        .gradientNorm = point.gradNorm,
        .validationLoss = point.validationLoss.value_or(kNone),
        .accuracy = point.accuracy.value_or(kNone),
        .evaluated = point.accuracy ? 2.0
            : point.validationLoss  ? 1.0
                                    : 0.0};
}

std::optional<LaneState> laneStateFrom(std::string_view name)
{
    for (const LaneState state : {LaneState::Waiting, LaneState::Running, LaneState::Paused,
             LaneState::Stopped, LaneState::Finished, LaneState::Failed})
        if (nameOf(state) == name)
            return state;
    return std::nullopt;
}

Lane::Lane(LaneSpec spec, std::filesystem::path folder, const ParameterSet& start, Dataset data,
    at::Device device)
    : m_folder(std::move(folder))
    , m_data(std::move(data))
    , m_learner(start, adamWOf(spec.train), device,
          spec.train.dtype == "bf16" ? Products::Bf16 : Products::Fp32)
    , m_record(recordOf(std::move(spec), start, m_data))
{
}

Lane::Lane(LaneSpec spec, std::filesystem::path folder, const TrainingCheckpoint& checkpoint,
    const LaneStatus& status, Dataset data, at::Device device)
    : Lane(std::move(spec), std::move(folder), checkpoint.parameters, std::move(data), device)
{
    m_learner.restore(
        checkpoint.parameters, checkpoint.firstMoments, checkpoint.secondMoments, checkpoint.steps);
    for (const RunRow& row : rowsFrom(checkpoint.rows))
        m_record.points.push_back(pointFrom(row));
    m_record.state = laneStateFrom(status.state).value_or(LaneState::Stopped);
    if (m_record.state == LaneState::Running || m_record.state == LaneState::Paused)
        m_record.state = LaneState::Stopped; // whoever said so is gone
    m_record.note = status.note;
    m_checkpoint = status.checkpoint;
    m_savedStep = status.step;
}

void Lane::setTeacher(const ParameterSet& teacher, std::optional<StreamMatch> match)
{
    m_learner.setTeacher(teacher, std::move(match));
    m_teacherFlopsPerToken = footprintOf(teacher.config, 4).forwardFlops;
}

void Lane::setNewMembers(std::map<std::int64_t, NewMembers> byStep)
{
    m_newMembers = std::move(byStep);
    for (const auto& [step, members] : m_newMembers)
        if (step == 0 || step < stepsDone())
            m_learner.setNewMembers(members);
}

bool Lane::isDone() const
{
    return m_record.state == LaneState::Finished || m_record.state == LaneState::Failed;
}

std::int64_t Lane::stepsDone() const
{
    return m_record.points.empty() ? 0 : m_record.points.back().step;
}

Lane::Advance Lane::advance()
{
    Advance advance{.point = {.trainLoss = kNone}, .failure = {}};
    if (!m_record.points.empty())
        advance = trainOnce(m_record.points.back());
    if (advance.failure.empty() && evaluationIsDue(advance.point.step))
        evaluate(advance.point);
    return advance;
}

void Lane::accept(const Advance& advance)
{
    m_record.points.push_back(advance.point);
    m_record.parameters = elementsOf(m_learner.parameters());
    if (!advance.failure.empty())
        setState(LaneState::Failed, advance.failure);
    else if (advance.point.step >= m_record.spec.train.steps)
        m_record.state = LaneState::Finished;
}

/// Checkpoints of such a step hold the model before it, so that a resumed run grows again.
void Lane::growIfDue(std::int64_t step)
{
    for (const GrowthStage& stage : m_record.spec.train.growth) {
        if (stage.atStep != step)
            continue;
        const Result<TransferPlan> plan = planGrowth(m_learner.parameters().config, stage);
        ESPALIER_EXPECT(plan.ok(), "all stages were planned before the run");
        m_learner.grow(*plan, stage.keepsMoments);
        if (const auto members = m_newMembers.find(step); members != m_newMembers.end())
            m_learner.setNewMembers(members->second);
    }
}

Lane::Advance Lane::trainOnce(const TrainPoint& before)
{
    const TrainSettings& settings = m_record.spec.train;
    const auto start = std::chrono::steady_clock::now();
    growIfDue(before.step);
    const Batch batch =
        convertedTo(m_data.trainingBatch(settings.seed, before.step, settings.batch),
            m_learner.device(), at::kFloat);
    TrainPoint point{
        .step = before.step + 1, .learningRate = learningRateAt(settings, before.step)};
    const ModelConfig& config = m_learner.parameters().config;
    const StepVariant variant =
        stepVariantAt(settings, config, before.step, tokensIn(config, batch));
    const StepResult result = m_learner.step(batch, point.learningRate, settings.clipNorm, variant);
    point.seconds = before.seconds
        + std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const auto tokens = static_cast<double>(settings.batch * m_data.tokensPerSample());
    point.tokens = before.tokens + tokens;
    point.flops = before.flops
        + tokens
            * (flopsOf(variant, config)
                + (variant.teacherWeight > 0 ? m_teacherFlopsPerToken : 0.0));
    point.trainLoss = result.loss;
    point.gradNorm = result.gradientNorm;
    if (result.finite())
        return {.point = point, .failure = {}};
    return {.point = point,
        .failure = fmt::format("first non-finite {} at step {}",
            std::isfinite(result.loss) ? "gradient" : "loss", point.step)};
}

bool Lane::evaluationIsDue(std::int64_t step) const
{
    const TrainSettings& settings = m_record.spec.train;
    return step == 0 || step >= settings.steps
        || (settings.evalEvery > 0 && step % settings.evalEvery == 0);
}

void Lane::evaluate(TrainPoint& point) const
{
    const TrainSettings& settings = m_record.spec.train;
    // Not to be interrupted: the point would lack its loss for good.
    const at::NoGradGuard noGradients;
    const Result<ValidationResult> result =
        validate(m_learner.parametersBehind(gateBehind(settings, point.step)), m_data,
            settings.evalSamples, std::max(settings.batch, kLeastValidationBatch));
    ESPALIER_EXPECT(result.ok(), "nobody cancels this");
    point.validationLoss = result->loss;
    point.accuracy = result->accuracy;
}

void Lane::setState(LaneState state, std::string note)
{
    m_record.state = state;
    m_record.note = std::move(note);
}

bool Lane::autosaveIsDue() const
{
    const std::int64_t every = m_record.spec.train.autosaveEvery;
    return every > 0 && stepsDone() > 0 && stepsDone() % every == 0;
}

Status Lane::save()
{
    const std::int64_t step = stepsDone();
    if (m_savedStep != step) {
        std::vector<RunRow> rows;
        for (const TrainPoint& point : m_record.points)
            rows.push_back(rowFrom(point));
        const std::string name = fmt::format("step-{:06}", step);
        Result<AtomicFolder> folder = AtomicFolder::prepare(m_folder / name);
        if (!folder) {
            // What a writer left who was killed before it counted.
            removeOldCheckpoints(m_folder, m_checkpoint);
            folder = AtomicFolder::prepare(m_folder / name);
        }
        if (!folder)
            return folder.error();
        if (const Status written = writeCheckpoint(folder->workPath(), m_learner, flatten(rows));
            !written)
            return written;
        if (const Status placed = folder->commit(); !placed)
            return placed;
        m_checkpoint = name;
        m_savedStep = step;
    }
    const LaneStatus status{.state = std::string(nameOf(m_record.state)),
        .note = m_record.note,
        .checkpoint = m_checkpoint,
        .step = step};
    if (const Status written = writeLaneStatus(m_folder, status); !written)
        return written;
    removeOldCheckpoints(m_folder, m_checkpoint);
    return {};
}

} // namespace espalier
