// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// DeiT (Touvron et al. 2020, arXiv 2012.12877) as timm's folders hold it, with and without a
/// distillation token.
[[nodiscard]] const Architecture& timmDeit();

} // namespace espalier
