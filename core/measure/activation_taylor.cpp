// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/activation_taylor.h"

#include "core/measure/score_places.h"
#include "core/tensors/column_sums.h"

namespace espalier {

namespace {

class ActivationTaylor final : public Probe
{
public:
    explicit ActivationTaylor(const ModelShape& shape)
        : m_sums(zeroScores(shape))
    {
    }

    void observe(const Observation& seen) override
    {
        if (scoresAt(m_sums, seen.tap, seen.block).empty())
            return;
        seen.value_BTC.retain_grad();
        m_seen.push_back({seen.tap, seen.block, seen.value_BTC});
    }

    void endBackward(const at::Tensor& attentionMask_BT) override
    {
        for (const Activation& one : m_seen) {
            if (!one.value_BTC.grad().defined())
                continue; // the loss does not depend on it
            at::Tensor product_BTC = one.value_BTC.detach().mul(one.value_BTC.grad());
            if (attentionMask_BT.defined())
                product_BTC.mul_(attentionMask_BT.ne(0).unsqueeze(-1));
            addAbsoluteSums(product_BTC.flatten(0, 1), scoresAt(m_sums, one.tap, one.block));
        }
        m_seen.clear();
    }

    Status finish(Measurements& measurements, WeightSource& /*weights*/, const PassTotals& totals,
        const Progress& /*progress*/) override
    {
        measurements.scores["activation-taylor"] = meansOf(m_sums, totals);
        return {};
    }

private:
    struct Activation
    {
        Tap tap;
        int block;
        at::Tensor value_BTC;
    };
    ChannelScores m_sums;
    std::vector<Activation> m_seen; ///< since the last backward pass
};

} // namespace

std::unique_ptr<Probe> beginActivationTaylor(const ModelConfig& config)
{
    return std::make_unique<ActivationTaylor>(config.shape);
}

} // namespace espalier
