// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// DeiT III (Touvron et al. 2022, arXiv 2204.07118) as timm's folders hold it: LayerScale, and no
/// position for the class token.
[[nodiscard]] const Architecture& timmDeit3();

} // namespace espalier
