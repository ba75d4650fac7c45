// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// ViT (Dosovitskiy et al. 2020, arXiv 2010.11929) as timm's folders hold it.
[[nodiscard]] const Architecture& timmVit();

} // namespace espalier
