// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// LLaMA 1 to 3 (Touvron et al. 2023) as Hugging Face's LlamaForCausalLM stores it.
[[nodiscard]] const Architecture& llama();

} // namespace espalier
