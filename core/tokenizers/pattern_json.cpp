// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/pattern_json.h"

namespace espalier {

Result<Regex> readPattern(ObjectReader& json, const std::string& where)
{
    ObjectReader& pattern = json.requiredObject("pattern");
    if (const auto text = pattern.optionalString("String"))
        return Regex::literal(*text, where);
    return Regex::compile(pattern.requiredString("Regex"), where);
}

} // namespace espalier
