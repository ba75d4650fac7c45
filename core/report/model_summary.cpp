// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/model_summary.h"

#include <fmt/format.h>

namespace espalier {

std::string describeShape(const ModelShape& shape)
{
    std::string text = fmt::format("{} blocks, {} wide", shape.layers, shape.hidden);
    if (shape.heads > 0)
        text += fmt::format(", {} heads of {}", shape.heads, shape.headDim);
    if (shape.kvHeads != shape.heads && shape.kvHeads > 0)
        text += fmt::format(" ({} for keys and values)", shape.kvHeads);
    return text + fmt::format(", MLP {}", shape.mlp);
}

} // namespace espalier
