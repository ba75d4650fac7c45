// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/square_sums.h"

#include "core/measure/score_places.h"
#include "core/tensors/column_sums.h"

namespace espalier {

SquareSums::SquareSums(const ModelShape& shape)
    : m_sums(zeroScores(shape))
{
}

void SquareSums::observe(const Observation& seen)
{
    if (const auto sums_C = scoresAt(m_sums, seen.tap, seen.block); !sums_C.empty())
        addSquareSums(seen.rows_NC, sums_C);
}

} // namespace espalier
