// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/adamw.h"

#include "core/base/expect.h"
#include "core/tensors/parallel.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr std::int64_t kPieceElements =
    32768; ///< four arrays of it fit a core's second-level cache
constexpr std::int64_t kPiecesPerThread = 4; ///< starting a thread costs about as much as a piece

bool isDecayed(const ParameterSet& parameters, ParameterId id)
{
    const ParameterKind kind = parameterOf(parameters.config, id).kind;
    return kind == ParameterKind::Matrix || kind == ParameterKind::Table;
}

/// Gradients come as backward() made them, sometimes as a transposed view.
const at::Tensor& contiguousGradient(const at::Tensor& parameter)
{
    ESPALIER_EXPECT(parameter.grad().defined(), "backward() has run");
    if (!parameter.grad().is_contiguous())
        parameter.mutable_grad() = parameter.grad().contiguous();
    return parameter.grad();
}

} // namespace

AdamW::AdamW(const ParameterSet& parameters, const AdamWSettings& settings)
    : m_settings(settings)
{
    const at::NoGradGuard noGradients;
    for (const auto& [id, tensor] : parameters.tensors) {
        ESPALIER_EXPECT(
            tensor.is_contiguous() && tensor.scalar_type() == at::kFloat, "leaves are plain fp32");
        m_first.emplace(id, at::zeros_like(tensor));
        m_second.emplace(id, at::zeros_like(tensor));
        m_entries.push_back({tensor, m_first.at(id), m_second.at(id), isDecayed(parameters, id)});
    }
}

std::vector<AdamWPiece> AdamW::pieces() const
{
    std::vector<AdamWPiece> result;
    for (const Entry& entry : m_entries) {
        if (!entry.parameter.grad().defined())
            continue;
        const auto* gradient = contiguousGradient(entry.parameter).const_data_ptr<float>();
        auto* parameter = entry.parameter.mutable_data_ptr<float>();
        auto* first = entry.first.mutable_data_ptr<float>();
        auto* second = entry.second.mutable_data_ptr<float>();
        const std::int64_t total = entry.parameter.numel();
        for (std::int64_t at = 0; at < total; at += kPieceElements)
            result.push_back({parameter + at, gradient + at, first + at, second + at,
                std::min(kPieceElements, total - at), entry.decayed});
    }
    return result;
}

double AdamW::gradientNorm() const
{
    const at::NoGradGuard noGradients;
    if (!m_entries.front().parameter.is_cpu()) {
        std::vector<at::Tensor> gradients;
        for (const Entry& entry : m_entries)
            if (entry.parameter.grad().defined())
                gradients.push_back(entry.parameter.grad());
        return at::stack(at::_foreach_norm(gradients, 2)).to(at::kDouble).norm().item<double>();
    }
    const std::vector<AdamWPiece> all = pieces();
    std::vector<double> squares(all.size());
    inParallel(static_cast<std::int64_t>(all.size()), kPiecesPerThread,
        [&](std::int64_t begin, std::int64_t end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
                squares[i] = squaredNorm(all[i].gradient, all[i].count);
        });
    double sum = 0;
    for (const double square : squares)
        sum += square;
    return std::sqrt(sum);
}

void AdamW::step(double learningRate, double norm, double clipNorm)
{
    const at::NoGradGuard noGradients;
    ++m_steps;
    const double divisor = clipNorm > 0 && norm > clipNorm ? norm / clipNorm : 1;
    if (!m_entries.front().parameter.is_cpu()) {
        stepOnDevice(learningRate, divisor);
        return;
    }
    const auto t = static_cast<double>(m_steps);
    const AdamWStep step{.gradientScale = static_cast<float>(1 / divisor),
        .beta1 = static_cast<float>(m_settings.beta1),
        .beta2 = static_cast<float>(m_settings.beta2),
        .stepSize = static_cast<float>(learningRate / (1 - std::pow(m_settings.beta1, t))),
        .inverseRoot = static_cast<float>(1 / std::sqrt(1 - std::pow(m_settings.beta2, t))),
        .epsilon = static_cast<float>(m_settings.epsilon),
        .keep = static_cast<float>(1 - learningRate * m_settings.weightDecay)};
    const std::vector<AdamWPiece> all = pieces();
    inParallel(static_cast<std::int64_t>(all.size()), kPiecesPerThread,
        [&](std::int64_t begin, std::int64_t end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
                updatePiece(all[i], step);
        });
}

/// LibTorch's fused kernel, which divides gradients by a tensor on the way.
void AdamW::stepOnDevice(double learningRate, double gradientDivisor)
{
    const auto options = m_entries.front().parameter.options().requires_grad(false);
    const at::Tensor steps = at::full({}, static_cast<double>(m_steps), options);
    const at::Tensor divisor = at::full({}, gradientDivisor, options);
    for (const bool decayed : {true, false}) {
        std::vector<at::Tensor> parameters;
        std::vector<at::Tensor> gradients;
        std::vector<at::Tensor> first;
        std::vector<at::Tensor> second;
        for (const Entry& entry : m_entries) {
            if (entry.decayed != decayed || !entry.parameter.grad().defined())
                continue;
            parameters.push_back(entry.parameter);
            gradients.push_back(entry.parameter.grad());
            first.push_back(entry.first);
            second.push_back(entry.second);
        }
        if (parameters.empty())
            continue;
        at::_fused_adamw_(parameters, gradients, first, second, {},
            std::vector<at::Tensor>(parameters.size(), steps), learningRate, m_settings.beta1,
            m_settings.beta2, decayed ? m_settings.weightDecay : 0.0, m_settings.epsilon,
            /*amsgrad=*/false, /*maximize=*/false, divisor, std::nullopt);
    }
}

void AdamW::clearGradients()
{
    for (Entry& entry : m_entries)
        entry.parameter.mutable_grad() = at::Tensor();
}

void AdamW::restore(const std::map<ParameterId, at::Tensor>& first,
    const std::map<ParameterId, at::Tensor>& second, std::int64_t steps)
{
    const at::NoGradGuard noGradients;
    for (auto& [id, tensor] : m_first)
        tensor.copy_(first.at(id));
    for (auto& [id, tensor] : m_second)
        tensor.copy_(second.at(id));
    m_steps = steps;
}

} // namespace espalier
