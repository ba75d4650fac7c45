// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace espalier {

/// Each takes what the one before it takes, and more.
enum class MeasurementPass
{
    Weights, ///< no data
    Forward,
    Backward ///< needs the loss's gradients: three times the work of a forward pass
};

/// What there is to know of a measurement without making it; core/measure/catalog.h begins one.
struct MeasurementFacts
{
    std::string_view id; ///< under which Measurements keeps the scores of those that score channels
    std::string_view title;
    std::string_view words; ///< what it finds out, as the end of "needs …"
    std::string_view formula;
    std::string_view paper;
    bool byDefault = false; ///< measured when nobody says what to measure
    bool labels = false; ///< needs a loss: labels, or token ids to predict
    MeasurementPass pass = MeasurementPass::Forward;
    std::string_view further = {}; ///< passes beyond that one, as a part of "costs …"
    bool expensive = false; ///< takes many times a pass, or much memory

    [[nodiscard]] constexpr bool needsGradients() const
    {
        return pass == MeasurementPass::Backward;
    }
};

[[nodiscard]] std::span<const MeasurementFacts> measurementFacts();
/// Null for an id that is none.
[[nodiscard]] const MeasurementFacts* findMeasurement(std::string_view id);

} // namespace espalier
