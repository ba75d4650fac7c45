// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// Qwen2 and Qwen2.5 (Yang et al. 2024) as Qwen2ForCausalLM stores them: LLaMA with biases on
/// queries, keys and values.
[[nodiscard]] const Architecture& qwen2();

} // namespace espalier
