// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/leaf_optimizer.h"

#include "core/tensors/parallel.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-6;
constexpr std::int64_t kPieceElements = 32768;
constexpr std::int64_t kPiecesPerThread = 16;

} // namespace

LeafOptimizer::LeafOptimizer(std::vector<at::Tensor> leaves, double weightDecay)
    : m_leaves(std::move(leaves))
    , m_weightDecay(weightDecay)
{
    const at::NoGradGuard noGradients;
    for (const at::Tensor& leaf : m_leaves) {
        m_first.push_back(at::zeros_like(leaf));
        m_second.push_back(at::zeros_like(leaf));
    }
}

double LeafOptimizer::gradientNorm() const
{
    double sum = 0;
    for (const AdamWPiece& piece : pieces())
        sum += squaredNorm(piece.gradient, piece.count);
    return std::sqrt(sum);
}

void LeafOptimizer::step(double learningRate, double norm, double clipNorm)
{
    const at::NoGradGuard noGradients;
    const auto t = static_cast<double>(++m_steps);
    const AdamWStep step{
        .gradientScale = static_cast<float>(clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1),
        .beta1 = static_cast<float>(kBeta1),
        .beta2 = static_cast<float>(kBeta2),
        .stepSize = static_cast<float>(learningRate / (1 - std::pow(kBeta1, t))),
        .inverseRoot = static_cast<float>(1 / std::sqrt(1 - std::pow(kBeta2, t))),
        .epsilon = static_cast<float>(kEpsilon),
        .keep = static_cast<float>(1 - learningRate * m_weightDecay)};
    const std::vector<AdamWPiece> all = pieces();
    inParallel(static_cast<std::int64_t>(all.size()), kPiecesPerThread,
        [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i)
                updatePiece(all[static_cast<std::size_t>(i)], step);
        });
}

void LeafOptimizer::clearGradients()
{
    for (at::Tensor& leaf : m_leaves)
        leaf.mutable_grad() = at::Tensor();
}

std::vector<AdamWPiece> LeafOptimizer::pieces() const
{
    std::vector<AdamWPiece> result;
    for (std::size_t i = 0; i < m_leaves.size(); ++i) {
        const at::Tensor& leaf = m_leaves[i];
        if (!leaf.grad().defined())
            continue;
        if (!leaf.grad().is_contiguous())
            leaf.mutable_grad() = leaf.grad().contiguous();
        for (std::int64_t from = 0; from < leaf.numel(); from += kPieceElements)
            result.push_back(
                {leaf.mutable_data_ptr<float>() + from, leaf.grad().const_data_ptr<float>() + from,
                    m_first[i].mutable_data_ptr<float>() + from,
                    m_second[i].mutable_data_ptr<float>() + from,
                    std::min(kPieceElements, leaf.numel() - from), true});
    }
    return result;
}

} // namespace espalier
