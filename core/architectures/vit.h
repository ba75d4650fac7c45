// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// ViT (Dosovitskiy et al. 2020, arXiv 2010.11929) as Hugging Face's ViTForImageClassification
/// stores it.
[[nodiscard]] const Architecture& vit();

} // namespace espalier
