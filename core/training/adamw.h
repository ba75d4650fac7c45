// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensors/parameter_set.h"
#include "core/training/adamw_kernel.h"

#include <cstdint>
#include <map>
#include <vector>

namespace espalier {

struct AdamWSettings
{
    double beta1 = 0.9;
    double beta2 = 0.95;
    double epsilon = 1e-8;
    double weightDecay = 0.1; ///< of matrices and tables; biases and norms are not decayed
};

/// AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101, algorithm 2) over the leaves of a
/// ParameterSet, one pass that also applies the clipping factor. On the CPU norm and update give
/// the same bits for any number of threads.
class AdamW
{
public:
    /// The tensors are shared with `parameters`, contiguous fp32, and updated in place. Moments
    /// start at zero.
    AdamW(const ParameterSet& parameters, const AdamWSettings& settings);

    /// Euclidean norm of all gradients together; accumulated in double. A parameter that a step did
    /// not touch has none and is left alone, its moments and decay too.
    [[nodiscard]] double gradientNorm() const;
    /// One update with gradients scaled so that their norm, known to be `norm`, is at most
    /// `clipNorm` (0: no clipping).
    void step(double learningRate, double norm, double clipNorm);
    /// Forgets the gradients, so that the next backward() hands its own over instead of adding to
    /// them.
    void clearGradients();

    [[nodiscard]] const AdamWSettings& settings() const
    {
        return m_settings;
    }
    [[nodiscard]] std::int64_t steps() const
    {
        return m_steps;
    }

    /// Moments, fp32 like the parameters, and the number of updates: all that a checkpoint needs.
    [[nodiscard]] const std::map<ParameterId, at::Tensor>& firstMoments() const
    {
        return m_first;
    }
    [[nodiscard]] const std::map<ParameterId, at::Tensor>& secondMoments() const
    {
        return m_second;
    }
    /// Sizes as the parameters' (our bug otherwise); the values are copied.
    void restore(const std::map<ParameterId, at::Tensor>& first,
        const std::map<ParameterId, at::Tensor>& second, std::int64_t steps);

private:
    struct Entry
    {
        at::Tensor parameter;
        at::Tensor first;
        at::Tensor second;
        bool decayed = false;
    };
    /// Stretches of all parameters with their present gradients; valid until those are cleared.
    [[nodiscard]] std::vector<AdamWPiece> pieces() const;
    void stepOnDevice(double learningRate, double gradientDivisor);

    AdamWSettings m_settings;
    std::map<ParameterId, at::Tensor> m_first;
    std::map<ParameterId, at::Tensor> m_second;
    std::vector<Entry> m_entries;
    std::int64_t m_steps = 0;
};

} // namespace espalier
