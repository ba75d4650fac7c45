// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// Mistral (Jiang et al. 2023) as MistralForCausalLM stores it: LLaMA with a window on every block.
[[nodiscard]] const Architecture& mistral();

} // namespace espalier
