// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// GPT-NeoX and Pythia as GPTNeoXForCausalLM stores them.
[[nodiscard]] const Architecture& gptNeox();

} // namespace espalier
