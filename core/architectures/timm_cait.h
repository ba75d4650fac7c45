// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// CaiT (Touvron et al. 2021, arXiv 2103.17239) as timm's folders hold it: LayerScale, talking
/// heads, and a class token that joins behind the trunk, in class-attention blocks.
[[nodiscard]] const Architecture& timmCait();

} // namespace espalier
