// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// Gemma 2 (Gemma team 2024) as Gemma2ForCausalLM stores it: Gemma with norms on both sides, soft
/// caps, and a window on every other block.
[[nodiscard]] const Architecture& gemma2();

} // namespace espalier
