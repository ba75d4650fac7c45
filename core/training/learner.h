// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/batch.h"
#include "core/plan/transfer_plan.h"
#include "core/tensors/block_cache.h"
#include "core/tensors/parameter_set.h"
#include "core/training/adamw.h"
#include "core/training/gates.h"
#include "core/training/step_variant.h"
#include "core/training/stream_match.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace espalier {

struct StepResult
{
    double loss = 0; ///< of the batch, before the update
    double gradientNorm = 0; ///< before clipping
    /// Neither loss nor gradient holds a NaN or an infinity; else the weights were left as they
    /// were.
    [[nodiscard]] bool finite() const;
};

/// In what matrix products are computed. Weights, gradients, moments, the residual stream, norms,
/// softmax and loss are fp32 either way.
enum class Products
{
    Fp32,
    Bf16 ///< mixed precision; needs no loss scaling, its exponents are fp32's
};

/// Weights that learn, batch by batch: forward, backward, clipping, AdamW. Knows neither data nor
/// schedule.
class Learner
{
public:
    /// Works on a copy of `start`, fp32 on `device`.
    Learner(const ParameterSet& start, const AdamWSettings& settings, at::Device device,
        Products products = Products::Fp32);

    /// One update. The batch is on the learner's device. clipNorm 0: no clipping. A variant that
    /// listens to a teacher needs one.
    StepResult step(
        const Batch& batch, double learningRate, double clipNorm, const StepVariant& variant = {});

    /// The model whose logits variants may listen to; kept on the learner's device, never changed.
    /// Same inputs and same outputs as the learner's model.
    /// `match`, if there is one, says where the learner's stream lies in the teacher's; variants
    /// that compare hidden states need it.
    void setTeacher(const ParameterSet& teacher, std::optional<StreamMatch> match = std::nullopt);

    /// What variants may gate.
    void setNewMembers(NewMembers members);
    /// The model that learns behind gates that are so far open; at 1 parameters() themselves.
    [[nodiscard]] ParameterSet parametersBehind(double gate) const;

    [[nodiscard]] const ParameterSet& parameters() const
    {
        return m_parameters;
    }
    [[nodiscard]] const AdamW& optimizer() const
    {
        return m_optimizer;
    }
    [[nodiscard]] at::Device device() const
    {
        return m_device;
    }

    /// Goes on as the destination of a plan for the present weights: they, and the moments if
    /// `keepsMoments` (the plan carries them: moment_growth.h), are made anew; else the optimizer
    /// starts afresh.
    void grow(const TransferPlan& plan, bool keepsMoments);

    /// Continues where another learner stood after `updates` steps: weights and moments are copied.
    void restore(const ParameterSet& parameters,
        const std::map<ParameterId, at::Tensor>& firstMoments,
        const std::map<ParameterId, at::Tensor>& secondMoments, std::int64_t updates);

private:
    [[nodiscard]] at::Tensor lossOn(const Batch& batch, const StepVariant& variant) const;
    [[nodiscard]] at::Tensor plainLoss(
        const ParameterSet& student, const Batch& batch, const StepVariant& variant) const;
    [[nodiscard]] at::Tensor taughtLoss(
        const ParameterSet& student, const Batch& batch, const StepVariant& variant) const;

    std::unique_ptr<BlockCacheHold> m_memory = std::make_unique<BlockCacheHold>();
    at::Device m_device;
    Products m_products;
    ParameterSet m_parameters; ///< leaves
    std::optional<ParameterSet> m_teacher;
    std::optional<StreamMatch> m_match;
    std::optional<NewMembers> m_newMembers;
    AdamW m_optimizer;
};

} // namespace espalier
