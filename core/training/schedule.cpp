// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace espalier {

double learningRateAt(const TrainSettings& settings, std::int64_t step)
{
    const std::int64_t warmup = std::min(settings.warmupSteps, settings.steps);
    const auto done = static_cast<double>(step + 1);
    if (step < warmup)
        return settings.learningRate * done / static_cast<double>(warmup);
    const double share =
        (done - static_cast<double>(warmup)) / static_cast<double>(settings.steps - warmup);
    const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * std::min(share, 1.0)));
    const double least = settings.finalLearningRateShare;
    return settings.learningRate * (least + (1 - least) * cosine);
}

} // namespace espalier
