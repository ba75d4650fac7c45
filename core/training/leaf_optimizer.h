// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/adamw_kernel.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace espalier {

/// AdamW over plain leaves, such as learned operators and masks (adamw.h is for the parameters of a
/// model): betas 0.9 and 0.999, epsilon 1e-6. A leaf that the loss does not feel stays.
class LeafOptimizer
{
public:
    /// Contiguous fp32 leaves on the CPU, updated in place.
    LeafOptimizer(std::vector<at::Tensor> leaves, double weightDecay);

    /// Euclidean norm of all gradients together; accumulated in double.
    [[nodiscard]] double gradientNorm() const;
    /// One update with gradients scaled so that their norm, known to be `norm`, is at most
    /// `clipNorm` (0: no clipping).
    void step(double learningRate, double norm, double clipNorm);
    void clearGradients();

private:
    [[nodiscard]] std::vector<AdamWPiece> pieces() const;

    std::vector<at::Tensor> m_leaves;
    std::vector<at::Tensor> m_first;
    std::vector<at::Tensor> m_second;
    double m_weightDecay = 0;
    std::int64_t m_steps = 0;
};

} // namespace espalier
