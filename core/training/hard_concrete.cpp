// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/hard_concrete.h"

#include <ATen/ops/clamp.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/sigmoid.h>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr double kTemperature = 2.0 / 3;
constexpr double kLow = -0.1;
constexpr double kHigh = 1.1;
constexpr double kLeastChance = 1e-6; ///< keeps the logarithms finite

/// log u - log(1 - u) of uniform numbers.
at::Tensor logisticLike(const at::Tensor& logits, Seed seed)
{
    at::Tensor noise = at::empty_like(logits.detach());
    const CounterRng rng(seed);
    float* const values = noise.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < noise.numel(); ++i) {
        const double u =
            std::clamp(rng.uniform(static_cast<std::uint64_t>(i)), kLeastChance, 1 - kLeastChance);
        values[i] = static_cast<float>(std::log(u) - std::log1p(-u));
    }
    return noise;
}

} // namespace

at::Tensor drawGates(const at::Tensor& logits, Seed seed)
{
    const at::Tensor concrete =
        at::sigmoid(logits.add(logisticLike(logits, seed)).div(kTemperature));
    return at::clamp(concrete.mul(kHigh - kLow).add(kLow), 0.0, 1.0);
}

at::Tensor openProbability(const at::Tensor& logits)
{
    return at::sigmoid(logits.sub(kTemperature * std::log(-kLow / kHigh)));
}

} // namespace espalier
