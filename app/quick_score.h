// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/session.h"

namespace espalier {

/// The loss that the window shows beside sliders: on few enough samples for a second. A picture
/// tells less than a text of a hundred tokens, so there are more of them.
[[nodiscard]] Result<Evaluation> scoreQuickly(
    const Model& model, const DataSpec& data, const Progress& progress);

} // namespace espalier
