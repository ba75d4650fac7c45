// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/learner.h"

#include "core/forward/loss.h"
#include "core/training/mixed_precision.h"

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

at::Tensor Learner::lossOn(const Batch& batch) const
{
    if (m_products == Products::Fp32)
        return lossOf(m_parameters, batch);
    const MixedPrecision guard(m_device.type()); // backward follows the types of forward by itself
    return lossOf(m_parameters, batch);
}

StepResult Learner::step(const Batch& batch, double learningRate, double clipNorm)
{
    const at::Tensor loss = lossOn(batch);
    loss.backward();
    const StepResult result{
        .loss = loss.item<double>(), .gradientNorm = m_optimizer.gradientNorm()};
    if (result.finite())
        m_optimizer.step(learningRate, result.gradientNorm, clipNorm);
    m_optimizer.clearGradients();
    return result;
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
