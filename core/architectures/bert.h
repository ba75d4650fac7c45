// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

namespace espalier {

/// BERT as Hugging Face stores it: masked tokens, classes of texts, or the bare encoder.
[[nodiscard]] const Architecture& bert();

} // namespace espalier
