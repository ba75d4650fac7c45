// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model.h"
#include "core/report/model_summary.h"

namespace espalier {

/// The tokenizer or the image processor of a model's folder, in words. What cannot be read is a
/// line in the result, not an error: a model opens without it.
[[nodiscard]] InputSummary inputsOf(const Model& model);

} // namespace espalier
