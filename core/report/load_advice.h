// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/load_diagnosis.h"

#include <string>

namespace espalier {

/// The one thing to do about it, a sentence: of the first rule that fits, what stands in the way
/// earliest first. Reads everything of the diagnosis but its advice.
[[nodiscard]] std::string adviceFor(const LoadAttempt& attempt, const LoadDiagnosis& diagnosis);

} // namespace espalier
