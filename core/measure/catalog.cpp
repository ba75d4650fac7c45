// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/catalog.h"

#include "core/measure/block_losses.h"
#include "core/measure/mean_abs.h"
#include "core/measure/residual_change.h"

#include <array>

namespace espalier {

std::span<const MeasurementRow> measurementRows()
{
    static constexpr std::array<MeasurementRow, 3> rows{{
        {.id = kMeanAbs,
            .title = "Mean |activation|",
            .formula = "mean over tokens of |a|, for each residual channel, head channel and MLP "
                       "unit of each block",
            .paper = "Samragh et al. 2023, arXiv 2312.09299, section 4.1",
            .begin = beginMeanAbs},
        {.id = "residual-change",
            .title = "Residual change",
            .formula =
                "mean over tokens of |f(x)| / |x + f(x)|, for each block and its attention and MLP",
            .paper = "Samragh et al. 2023, arXiv 2312.09299, section 3",
            .begin = beginResidualChange},
        {.id = "block-losses",
            .title = "Loss without and with two of a block",
            .formula = "mean cross-entropy with block l left out, and with block l run twice",
            .paper = "Veit et al. 2016, arXiv 1605.06431; Samragh et al. 2023, section 3",
            .begin = beginBlockLosses},
    }};
    return rows;
}

} // namespace espalier
