// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/recipe/recipe.h"

#include <optional>
#include <string_view>

namespace espalier {

/// Parts that data may come in already.
enum class Part
{
    Train,
    Validation,
    Test
};

/// The part that a file or folder is named after: "train", "val" or "test", alone or before '.',
/// '-' or '_' ("test.txt", "train-00001.jsonl"; also valid, validation, dev). Nothing: none.
[[nodiscard]] std::optional<Part> partNamed(std::string_view fileName);

/// Where a dataset's two parts come from; training samples are those of Part::Train.
struct PartPlan
{
    Part heldOut = Part::Train; ///< read for validation; Train: nothing but the training part is
    bool cut = false; ///< validationShare of the training part is set aside
    bool heldOutIsTrain = false; ///< asked for: validation on the very samples of training
};

/// What spec.split asks of data that give a training part and perhaps others: the part of that
/// name; "validation" is cut off the training part where it is not given; none asked for:
/// validation, else test, else cut off. Refused: "test" where there is none.
[[nodiscard]] Result<PartPlan> planParts(
    const DataSpec& spec, bool givesValidation, bool givesTest);

} // namespace espalier
