// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/batch.h"

namespace espalier {

std::int64_t samplesOf(const Batch& batch)
{
    return batch.inputIds_BT.defined() ? batch.inputIds_BT.size(0) : batch.pixels_BCHW.size(0);
}

Batch convertedTo(const Batch& batch, at::Device device, at::ScalarType type)
{
    Batch converted = batch;
    for (at::Tensor* tensor : {&converted.inputIds_BT, &converted.attentionMask_BT,
             &converted.tokenTypes_BT, &converted.labels})
        if (tensor->defined())
            *tensor = tensor->to(device);
    if (converted.pixels_BCHW.defined())
        converted.pixels_BCHW = converted.pixels_BCHW.to(device, type);
    return converted;
}

} // namespace espalier
