// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/tensor_source.h"

#include "core/tensors/tensor_bytes.h"

#include <utility>

namespace espalier {

SourceBytes sourceBytesOf(at::Tensor tensor)
{
    const auto owner = std::make_shared<const at::Tensor>(std::move(tensor));
    return {.bytes = bytesOf(*owner), .owner = owner};
}

} // namespace espalier
