// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/lineage.h"

#include <fmt/format.h>

namespace espalier {

std::string describeOrigin(const LineageStep& step)
{
    return step.problem.empty() ? fmt::format("{} of {}", step.method, step.parent) : step.problem;
}

std::string describe(const LineageStep& step)
{
    if (!step.problem.empty())
        return step.problem;
    std::string text = fmt::format("{}: {}, {} {} × {}", step.made, describeOrigin(step),
        step.shape.layers, step.shape.layers == 1 ? "block" : "blocks", step.shape.hidden);
    for (const Size size : kTaskSizes) // those that were asked for
        if (get(step.shape, size) > 0)
            text += fmt::format(", {} {}", nameOf(size), get(step.shape, size));
    return text;
}

} // namespace espalier
