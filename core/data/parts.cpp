// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/parts.h"

#include "core/base/untrusted_text.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace espalier {

std::optional<Part> partNamed(std::string_view fileName)
{
    static constexpr std::array<std::pair<std::string_view, Part>, 6> kNames = {
        {{"train", Part::Train}, {"validation", Part::Validation}, {"valid", Part::Validation},
            {"val", Part::Validation}, {"dev", Part::Validation}, {"test", Part::Test}}};
    const std::string_view stem = fileName.substr(0, fileName.find_first_of(".-_"));
    for (const auto& [name, part] : kNames)
        if (stem == name)
            return part;
    return std::nullopt;
}

Result<PartPlan> planParts(const DataSpec& spec, bool givesValidation, bool givesTest)
{
    const std::string& split = spec.split;
    if (split == "train")
        return PartPlan{.cut = !givesValidation && !givesTest, .heldOutIsTrain = true};
    if (split == "test" && !givesTest)
        return refused(fmt::format(
            "{}: found no test part, wanted one for --split test", printable(spec.source)));
    if (!split.empty() && split != "validation" && split != "test")
        return refused(
            fmt::format("--split: found {}, wanted train, validation or test", inQuotes(split)));
    if (givesValidation && split != "test")
        return PartPlan{.heldOut = Part::Validation};
    if (givesTest && split != "validation")
        return PartPlan{.heldOut = Part::Test};
    return PartPlan{.cut = true};
}

} // namespace espalier
