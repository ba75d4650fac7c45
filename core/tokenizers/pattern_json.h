// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/formats/json_reader.h"
#include "core/tokenizers/regex.h"

#include <string>

namespace espalier {

/// The value of "pattern": {"String": text} or {"Regex": pattern}.
[[nodiscard]] Result<Regex> readPattern(ObjectReader& json, const std::string& where);

} // namespace espalier
