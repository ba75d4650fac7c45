// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_shape.h"

#include <string>

namespace espalier {

/// One step by which a model's weights came about: a recipe that lies with them.
struct LineageStep
{
    std::string made; ///< name of the file or folder
    std::string method; ///< its title, or the id of one that is not in the catalog
    std::string parent; ///< name of what it was made from
    ModelShape shape; ///< of what was made
    std::string problem = {}; ///< why the recipe cannot be read; the rest is empty then
    friend bool operator==(const LineageStep&, const LineageStep&) = default;
};

/// "Net2Net of half.json", for where the model's own name and shape stand already; or the problem.
[[nodiscard]] std::string describeOrigin(const LineageStep& step);
/// "two.json: Net2Net of half.json, 8 blocks × 96"; or the problem.
[[nodiscard]] std::string describe(const LineageStep& step);

} // namespace espalier
