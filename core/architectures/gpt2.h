// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// GPT-2 (Radford et al. 2019) as Hugging Face's GPT2LMHeadModel stores it.
[[nodiscard]] const Architecture& gpt2();

} // namespace espalier
