// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// Gemma (Gemma team 2024) as GemmaForCausalLM stores it: norms with 1 + gain, scaled embeddings.
[[nodiscard]] const Architecture& gemma();

} // namespace espalier
