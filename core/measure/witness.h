// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

#include <cstdint>
#include <vector>

namespace espalier {

/// Shows the activations of one batch to probes.
class Witness
{
public:
    /// `probes` must live as long.
    Witness(const ModelShape& shape, const at::Tensor& attentionMask_BT,
        const std::vector<Probe*>& probes);

    void see(Tap tap, int block, const at::Tensor& value_BTC);
    [[nodiscard]] TapObserver observer();

    /// Tokens of the batch that are not padding, once it has seen some of the trunk.
    [[nodiscard]] std::int64_t tokens() const
    {
        return m_tokens;
    }

private:
    void show(const Observation& observation);

    std::int64_t m_layers;
    const std::vector<Probe*>& m_probes;
    at::Tensor m_counted; ///< indices of tokens that are not padding, flattened; undefined: all
    std::vector<std::int64_t> m_tokens_B;
    std::int64_t m_tokens = 0;
};

} // namespace espalier
