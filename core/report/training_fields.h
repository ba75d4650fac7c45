// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The words of a training's settings, for forms and tables. What values may be is for those to say
// who read them (readRaceSpec, checkLane).

#include "core/recipe/recipe.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace espalier {

/// A number among the settings, to read or to write.
using TrainingNumber = std::variant<double*, std::int64_t*, std::uint64_t*>;

enum class TrainingGroup
{
    Batches,
    Optimizer,
    Validation,
    Teacher,
    Dropping,
    Beginning
};
[[nodiscard]] std::string_view titleOf(TrainingGroup group);

/// One number that people set. A field without a title continues the row of the one before it:
/// "Only the first blocks: [200] steps, [4] blocks".
struct TrainingField
{
    TrainingGroup group;
    std::string_view key; ///< in race.json
    std::string_view title;
    std::string_view unit; ///< stands behind the number
    std::string_view help; ///< what it does, in one sentence; source
    TrainingNumber (*in)(TrainSettings& settings); ///< of Teacher: needs a distillation
};
[[nodiscard]] std::span<const TrainingField> trainingFields();

/// As a person writes it: "0.001", "1e-05", "300".
[[nodiscard]] std::string textOf(TrainingNumber number);
/// False, and nothing is written, if the text is no number of this kind.
[[nodiscard]] bool readNumber(std::string_view text, TrainingNumber number);

/// "Layer drop: found 2, wanted a number from 0 to 0.99" for the message of a reader that names
/// keys by their path; others come back as they are.
[[nodiscard]] std::string inPlainWords(const std::string& message);

/// What goes with the start, in a few words: "distilled, layer drop 0.1, grows once"; empty:
/// nothing.
[[nodiscard]] std::string describeAids(const TrainSettings& settings);

} // namespace espalier
