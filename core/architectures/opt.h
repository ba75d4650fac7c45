// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// OPT (Zhang et al. 2022) as OPTForCausalLM stores it; its position table has two rows before
/// position 0.
[[nodiscard]] const Architecture& opt();

} // namespace espalier
