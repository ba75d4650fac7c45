// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"

#include <cstdint>
#include <vector>

namespace espalier {

/// A parent cell and the factor with which it enters a destination cell.
struct CellSource
{
    ParameterId parent;
    std::vector<std::int64_t> index; ///< one per dimension
    double factor = 1;
    std::optional<ParameterId> foldedGain =
        std::nullopt; ///< this gain's cell at the column multiplies it, too (LayerScale: row)
    friend bool operator==(const CellSource&, const CellSource&) = default;
};

/// Where a destination cell's value comes from: parent cells times factors, plus noise if any.
struct CellOrigin
{
    std::vector<CellSource> sources;
    std::optional<Noise> noise;
    friend bool operator==(const CellOrigin&, const CellOrigin&) = default;
};

/// The sum of factor * parent value (and noise) is what applyPlan writes into this cell.
/// For a Dense map all parent cells with factor 0 are left out.
[[nodiscard]] CellOrigin originOf(
    const TransferPlan& plan, ParameterId child, const std::vector<std::int64_t>& index);

/// The same through plans one after another, the first one's parent first: cells of that parent.
/// Noise of any plan counts as noise of the cell (the last plan's, where several have some).
[[nodiscard]] CellOrigin originThrough(const std::vector<TransferPlan>& plans, ParameterId child,
    const std::vector<std::int64_t>& index);

/// "block 3 attention.qkv.weight [5, 7] * 1.414" or "fresh, N(0, 0.02)".
[[nodiscard]] std::string describe(const CellOrigin& origin);

} // namespace espalier
