// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"

namespace espalier {

/// For a part of the work that stands between two fractions of the whole, which must live as long.
[[nodiscard]] inline Progress within(const Progress& whole, double from, double to)
{
    return {.report = [&whole, from, to](double part,
                          std::string_view stage) { whole(from + (to - from) * part, stage); },
        .stop = whole.stop,
        .note = whole.note};
}

} // namespace espalier
