// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/adamw.h"

#include "core/base/expect.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

bool isDecayed(const ParameterSet& parameters, ParameterId id)
{
    const ParameterKind kind = parameterOf(parameters.config, id).kind;
    return kind == ParameterKind::Matrix || kind == ParameterKind::Table;
}

std::vector<at::Tensor> gradientsOf(const std::vector<at::Tensor>& parameters)
{
    std::vector<at::Tensor> gradients;
    gradients.reserve(parameters.size());
    for (const at::Tensor& parameter : parameters) {
        ESPALIER_EXPECT(parameter.grad().defined(), "backward() has run");
        gradients.push_back(parameter.grad());
    }
    return gradients;
}

} // namespace

AdamW::AdamW(const ParameterSet& parameters, const AdamWSettings& settings)
    : m_settings(settings), m_groups(2)
{
    const at::NoGradGuard noGradients;
    m_groups[0].weightDecay = settings.weightDecay;
    for (const auto& [id, tensor] : parameters.tensors) {
        if (!m_stepTensor.defined())
            m_stepTensor = at::zeros({}, tensor.options().dtype(at::kFloat).requires_grad(false));
        m_first.emplace(id, at::zeros_like(tensor));
        m_second.emplace(id, at::zeros_like(tensor));
        Group& group = m_groups[isDecayed(parameters, id) ? 0 : 1];
        group.parameters.push_back(tensor);
        group.first.push_back(m_first.at(id));
        group.second.push_back(m_second.at(id));
        group.steps.push_back(m_stepTensor);
    }
}

double AdamW::gradientNorm() const
{
    const at::NoGradGuard noGradients;
    std::vector<at::Tensor> gradients;
    for (const Group& group : m_groups)
        for (at::Tensor& gradient : gradientsOf(group.parameters))
            gradients.push_back(std::move(gradient));
    const std::vector<at::Tensor> norms = at::_foreach_norm(gradients, 2);
    return at::stack(norms).to(at::kDouble).norm().item<double>();
}

void AdamW::step(double learningRate, double norm, double clipNorm)
{
    const at::NoGradGuard noGradients;
    m_stepTensor.add_(1);
    ++m_steps;
    // The kernel divides gradients by this on the way.
    std::optional<at::Tensor> divisor;
    if (clipNorm > 0 && norm > clipNorm)
        divisor = at::full({}, norm / clipNorm, m_stepTensor.options());
    for (const Group& group : m_groups)
        if (!group.parameters.empty())
            at::_fused_adamw_(group.parameters, gradientsOf(group.parameters), group.first, group.second, {},
                group.steps, learningRate, m_settings.beta1, m_settings.beta2, group.weightDecay, m_settings.epsilon,
                /*amsgrad=*/false, /*maximize=*/false, divisor, std::nullopt);
}

void AdamW::clearGradients()
{
    for (Group& group : m_groups)
        for (at::Tensor& parameter : group.parameters)
            parameter.mutable_grad() = at::Tensor();
}

void AdamW::restore(const std::map<ParameterId, at::Tensor>& first, const std::map<ParameterId, at::Tensor>& second,
    std::int64_t steps)
{
    const at::NoGradGuard noGradients;
    for (auto& [id, tensor] : m_first)
        tensor.copy_(first.at(id));
    for (auto& [id, tensor] : m_second)
        tensor.copy_(second.at(id));
    m_stepTensor.fill_(static_cast<double>(steps));
    m_steps = steps;
}

} // namespace espalier
