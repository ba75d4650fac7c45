// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// RoBERTa and the two families that differ from it in name and vocabulary only.
[[nodiscard]] const Architecture& roberta();
[[nodiscard]] const Architecture& xlmRoberta();
[[nodiscard]] const Architecture& camembert();

} // namespace espalier
