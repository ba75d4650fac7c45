// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/probe.h"

namespace espalier {

/// What measurements share that need the sum over tokens of a² of every channel.
class SquareSums : public Probe
{
public:
    explicit SquareSums(const ModelShape& shape);
    void observe(const Observation& seen) final;

protected:
    ChannelScores m_sums;
};

} // namespace espalier
