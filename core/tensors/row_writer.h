// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensors/gather.h"

#include <vector>

namespace espalier {

/// What is done with a gathered row: target = float(rowFactor * cols.factor) * source, or added to
/// it. A factor of exactly 1 multiplies nothing. Every thread has one of its own.
class RowWriter
{
public:
    /// `cols` must outlive it.
    RowWriter(const Gather& cols, bool adds)
        : m_cols(cols)
        , m_adds(adds)
    {
    }

    /// `source`: the parent's row with its extras behind it; `target`: cols.childLength values.
    void operator()(const float* source, float* target, double rowFactor);

private:
    void setFactors(double rowFactor);

    const Gather& m_cols;
    bool m_adds;
    double m_rowFactor = 0; ///< of m_factors, if there are any
    std::vector<float> m_factors; ///< float(rowFactor * cols.factor): most rows have one rowFactor
};

} // namespace espalier
