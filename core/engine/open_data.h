// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model.h"
#include "core/recipe/recipe.h"

namespace espalier {

/// Opens data for a model, so that the next work on them finds them open. Errors: Refused, naming
/// file, found and wanted; Cancelled.
[[nodiscard]] Status openData(
    const Model& model, const DataSpec& data, const Progress& progress = {});

} // namespace espalier
