// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/model_summary.h"

#include <fmt/format.h>

namespace espalier {

std::string describeShape(const ModelShape& shape)
{
    std::string text = fmt::format("{} blocks", shape.layers);
    if (shape.classLayers > 0)
        text += fmt::format(" and {} of class attention", shape.classLayers);
    text += fmt::format(", {} wide", shape.hidden);
    if (shape.heads > 0)
        text += fmt::format(", {} heads of {}", shape.heads, shape.headDim);
    if (shape.kvHeads != shape.heads && shape.kvHeads > 0)
        text += fmt::format(" ({} for keys and values)", shape.kvHeads);
    return text + fmt::format(", MLP {}", shape.mlp);
}

} // namespace espalier
