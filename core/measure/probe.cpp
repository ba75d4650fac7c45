// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/probe.h"

namespace espalier {

void Probe::observe(const Observation& /*observation*/) { }

void Probe::endBatch(
    const ParameterSet& /*parameters*/, const Batch& /*batch*/, const at::Tensor& /*stream_BTD*/)
{
}

} // namespace espalier
