// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/learner.h"

#include "core/base/expect.h"
#include "core/forward/loss.h"
#include "core/tensors/apply_plan.h"
#include "core/training/distillation.h"
#include "core/training/mixed_precision.h"
#include "core/training/moment_growth.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

namespace espalier {

namespace {

ParameterSet leavesOf(const ParameterSet& start, at::Device device)
{
    ParameterSet leaves = cloneOf(convertedTo(start, device, at::kFloat));
    requireGradients(leaves);
    return leaves;
}

std::map<ParameterId, at::Tensor> onCpu(const std::map<ParameterId, at::Tensor>& moments)
{
    std::map<ParameterId, at::Tensor> result;
    for (const auto& [id, tensor] : moments)
        result.emplace(id, tensor.to(at::kCPU));
    return result;
}

TapObserver collectInto(Streams& streams)
{
    return [&streams](Tap tap, int block, const at::Tensor& value) {
        if (tap == Tap::AfterMlp)
            streams.insert_or_assign(block, value);
    };
}

/// What lies before the first block that learns.
bool isFrozen(const ModelConfig& config, ParameterId id, const StepVariant& variant)
{
    if (variant.frozenBlocks == 0)
        return false;
    if (isPerBlock(id.role))
        return id.block < variant.frozenBlocks;
    const ParameterKind kind = parameterOf(config, id).kind;
    return kind == ParameterKind::Table || id.role == Role::PatchWeight
        || id.role == Role::PatchBias || id.role == Role::EmbeddingNormGain
        || id.role == Role::EmbeddingNormBias;
}

} // namespace

bool StepResult::finite() const
{
    return std::isfinite(loss) && std::isfinite(gradientNorm);
}

Learner::Learner(
    const ParameterSet& start, const AdamWSettings& settings, at::Device device, Products products)
    : m_device(device)
    , m_products(products)
    , m_parameters(leavesOf(start, device))
    , m_optimizer(m_parameters, settings)
{
}

void Learner::setTeacher(const ParameterSet& teacher, std::optional<StreamMatch> match)
{
    m_teacher = convertedTo(teacher, m_device, at::kFloat);
    m_match = std::move(match);
}

void Learner::setNewMembers(NewMembers members)
{
    m_newMembers = std::move(members);
}

ParameterSet Learner::parametersBehind(double gate) const
{
    if (gate == 1)
        return m_parameters;
    ESPALIER_EXPECT(m_newMembers, "new members were set");
    return gated(m_parameters, *m_newMembers, gate);
}

at::Tensor Learner::plainLoss(
    const ParameterSet& student, const Batch& batch, const StepVariant& variant) const
{
    if (variant.teacherWeight == 0)
        return lossOf(student, batch, variant.forward);
    return taughtLoss(student, batch, variant);
}

at::Tensor Learner::taughtLoss(
    const ParameterSet& student, const Batch& batch, const StepVariant& variant) const
{
    ESPALIER_EXPECT(m_teacher, "a teacher was set");
    const bool compares = variant.hiddenWeight > 0;
    ESPALIER_EXPECT(!compares || m_match, "a match was set");
    const at::Tensor targets_N = targetsOf(student.config, batch);
    Streams own;
    Streams theirs;
    ForwardOptions forward = variant.forward;
    ForwardOptions listening;
    if (compares) {
        forward.observer = collectInto(own);
        listening.observer = collectInto(theirs);
    }
    const at::Tensor logits = logitsOf(student, batch, forward);
    at::Tensor teacher;
    {
        const at::NoGradGuard noGradients;
        teacher = logitsOf(*m_teacher, batch, listening);
    }
    at::Tensor taught = distillationLoss(
        logits.flatten(0, -2), teacher.flatten(0, -2), targets_N, variant.temperature);
    if (compares)
        taught = taught.add(hiddenStateLoss(own, theirs, *m_match), variant.hiddenWeight);
    return lossFromLogits(logits, targets_N)
        .mul(1 - variant.teacherWeight)
        .add(taught, variant.teacherWeight);
}

at::Tensor Learner::lossOn(const Batch& batch, const StepVariant& variant) const
{
    const ParameterSet student = parametersBehind(variant.gate);
    if (m_products == Products::Fp32)
        return plainLoss(student, batch, variant);
    const MixedPrecision guard(m_device.type()); // backward follows the types of forward by itself
    return plainLoss(student, batch, variant);
}

StepResult Learner::step(
    const Batch& batch, double learningRate, double clipNorm, const StepVariant& variant)
{
    for (auto& [id, tensor] : m_parameters.tensors)
        tensor.requires_grad_(!isFrozen(m_parameters.config, id, variant));
    const at::Tensor loss = lossOn(batch, variant);
    loss.backward();
    const StepResult result{
        .loss = loss.item<double>(), .gradientNorm = m_optimizer.gradientNorm()};
    if (result.finite())
        m_optimizer.step(learningRate, result.gradientNorm, clipNorm);
    m_optimizer.clearGradients();
    return result;
}

void Learner::grow(const TransferPlan& plan, bool keepsMoments)
{
    const Result<ParameterSet> grown =
        applyPlan(plan, convertedTo(cloneOf(m_parameters), at::kCPU, at::kFloat));
    ESPALIER_EXPECT(grown.ok(), "nobody cancels this");
    std::optional<Moments> moments;
    if (keepsMoments) {
        Result<Moments> carried = grownMoments(
            plan, {onCpu(m_optimizer.firstMoments()), onCpu(m_optimizer.secondMoments())});
        ESPALIER_EXPECT(carried.ok(), "carriesMoments said so");
        moments = *std::move(carried);
    }
    const std::int64_t updates = m_optimizer.steps();
    m_parameters = leavesOf(*grown, m_device);
    m_optimizer = AdamW(m_parameters, m_optimizer.settings());
    if (moments)
        m_optimizer.restore(moments->first, moments->second, updates);
}

void Learner::restore(const ParameterSet& parameters,
    const std::map<ParameterId, at::Tensor>& firstMoments,
    const std::map<ParameterId, at::Tensor>& secondMoments, std::int64_t updates)
{
    const at::NoGradGuard noGradients;
    for (auto& [id, tensor] : m_parameters.tensors)
        tensor.copy_(parameters.tensors.at(id));
    m_optimizer.restore(firstMoments, secondMoments, updates);
}

} // namespace espalier
