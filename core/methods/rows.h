// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/method.h"

namespace espalier {

// Each method's file makes its catalog row; catalog.cpp lists them.
[[nodiscard]] Method akiMethod();
[[nodiscard]] Method deeperLayersMethod();
[[nodiscard]] Method duplicationMethod();
[[nodiscard]] Method fpiMethod();
[[nodiscard]] Method gstackMethod();
[[nodiscard]] Method hypercloningMethod();
[[nodiscard]] Method identityBlocksMethod();
[[nodiscard]] Method inherituneMethod();
[[nodiscard]] Method interpolationMethod();
[[nodiscard]] Method lemonMethod();
[[nodiscard]] Method ligoMethod();
[[nodiscard]] Method llmPrunerMethod();
[[nodiscard]] Method magnitudeMethod();
[[nodiscard]] Method minitronMethod();
[[nodiscard]] Method net2netMethod();
[[nodiscard]] Method passthroughMethod();
[[nodiscard]] Method randomGrowthMethod();
[[nodiscard]] Method randomMethod();
[[nodiscard]] Method shearedMethod();
[[nodiscard]] Method shortgptMethod();
[[nodiscard]] Method slicegptMethod();
[[nodiscard]] Method solarMethod();
[[nodiscard]] Method stackbertMethod();
[[nodiscard]] Method stagedMethod();
[[nodiscard]] Method subcloningMethod();
[[nodiscard]] Method wandaMethod();
[[nodiscard]] Method weightSelectionMethod();
[[nodiscard]] Method zeroGrowthMethod();

} // namespace espalier
