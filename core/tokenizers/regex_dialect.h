// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace espalier {

/// A pattern of Oniguruma's Ruby dialect as PCRE2 (UTF, UCP) must see it to find the same matches.
/// Errors: Refused, naming the part that PCRE2 reads otherwise.
[[nodiscard]] Result<std::string> pcrePatternOf(std::string_view pattern, std::string_view where);

} // namespace espalier
