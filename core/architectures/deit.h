// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// DeiT (Touvron et al. 2020, arXiv 2012.12877) as Hugging Face stores it: with a distillation
/// token, read by a head of its own (DeiTForImageClassificationWithTeacher) or by none.
[[nodiscard]] const Architecture& deit();

} // namespace espalier
