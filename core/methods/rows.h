// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/method.h"

namespace espalier {

// Each method's file makes its catalog row; catalog.cpp lists them.
[[nodiscard]] Method randomMethod();
[[nodiscard]] Method subcloningMethod();

} // namespace espalier
