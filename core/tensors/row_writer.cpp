// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/row_writer.h"

#include <algorithm>

namespace espalier {

namespace {

/// put(target, value, c) for every child column c.
template <typename Put>
void forEachColumn(const Gather& cols, const float* source, float* target, const Put& put)
{
    if (cols.parent_from_child.empty())
        for (std::int64_t c = 0; c < cols.childLength; ++c)
            put(target[c], source[c], c);
    else if (cols.runs.empty())
        for (std::int64_t c = 0; c < cols.childLength; ++c)
            put(target[c], source[cols.parent_from_child[static_cast<std::size_t>(c)]], c);
    else
        for (const Run& run : cols.runs) {
            const float* const from = source + run.parent;
            if (run.step == 0)
                for (std::int64_t i = 0; i < run.length; ++i)
                    put(target[run.child + i], *from, run.child + i);
            else
                for (std::int64_t i = 0; i < run.length; ++i)
                    put(target[run.child + i], from[i], run.child + i);
        }
}

} // namespace

void RowWriter::setFactors(double rowFactor)
{
    if (!m_factors.empty() && rowFactor == m_rowFactor)
        return;
    m_rowFactor = rowFactor;
    m_factors.resize(m_cols.factor.size());
    std::transform(m_cols.factor.begin(), m_cols.factor.end(), m_factors.begin(),
        [rowFactor](double factor) { return static_cast<float>(rowFactor * factor); });
}

void RowWriter::operator()(const float* source, float* target, double rowFactor)
{
    const float factor = static_cast<float>(rowFactor);
    if (!m_cols.factor.empty()) {
        setFactors(rowFactor);
        const float* const factors = m_factors.data();
        if (m_adds)
            forEachColumn(m_cols, source, target,
                [factors](float& out, float value, std::int64_t c) { out += factors[c] * value; });
        else
            forEachColumn(m_cols, source, target,
                [factors](float& out, float value, std::int64_t c) { out = factors[c] * value; });
    } else if (m_adds)
        forEachColumn(m_cols, source, target,
            [factor](float& out, float value, std::int64_t) { out += factor * value; });
    else if (factor != 1.0F)
        forEachColumn(m_cols, source, target,
            [factor](float& out, float value, std::int64_t) { out = factor * value; });
    else
        forEachColumn(
            m_cols, source, target, [](float& out, float value, std::int64_t) { out = value; });
}

} // namespace espalier
