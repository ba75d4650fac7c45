// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/witness.h"

#include <ATen/ops/index_select.h>

namespace espalier {

Witness::Witness(
    const ModelShape& shape, const at::Tensor& attentionMask_BT, const std::vector<Probe*>& probes)
    : m_layers(shape.layers)
    , m_probes(probes)
{
    if (!attentionMask_BT.defined() || attentionMask_BT.ne(0).all().item<bool>())
        return;
    m_counted = attentionMask_BT.ne(0).flatten().nonzero().flatten();
    for (const at::Tensor& mask_T : attentionMask_BT.unbind(0))
        m_tokens_B.push_back(mask_T.ne(0).sum().item<std::int64_t>());
}

void Witness::see(Tap tap, int block, const at::Tensor& value_BTC)
{
    if (tap == Tap::FinalNorm)
        return; // not a row per token everywhere, and nobody asks
    at::Tensor rows_NC = value_BTC.detach().flatten(0, 1);
    if (block >= m_layers) {
        const std::vector<std::int64_t> one_B(static_cast<std::size_t>(rows_NC.size(0)), 1);
        return show({tap, block, value_BTC, rows_NC, one_B});
    }
    if (m_counted.defined())
        rows_NC = at::index_select(rows_NC, 0, m_counted);
    else
        m_tokens_B.assign(static_cast<std::size_t>(value_BTC.size(0)), value_BTC.size(1));
    m_tokens = rows_NC.size(0);
    show({tap, block, value_BTC, rows_NC, m_tokens_B});
}

TapObserver Witness::observer()
{
    return [this](Tap tap, int block, const at::Tensor& value) {
        see(tap, block, value);
    };
}

void Witness::show(const Observation& observation)
{
    for (Probe* probe : m_probes)
        probe->observe(observation);
}

} // namespace espalier
