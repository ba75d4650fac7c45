// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// Qwen3 (Yang et al. 2025) as Qwen3ForCausalLM stores it: LLaMA with norms on queries and keys.
[[nodiscard]] const Architecture& qwen3();

} // namespace espalier
