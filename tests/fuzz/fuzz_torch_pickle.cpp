// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the bytes: run, and if they are accepted, every tensor lies inside its storage.
#include "core/base/checked.h"
#include "core/formats/torch_pickle.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace espalier;
    const auto tensors = readTorchPickle(std::as_bytes(std::span(data, size)), "fuzz");
    if (!tensors)
        return tensors.error().message.empty() ? std::abort(), 1 : 0;
    for (const PickledTensor& tensor : *tensors) {
        const auto elements = checkedProduct(tensor.sizes);
        if (!elements || tensor.begin < 0 || tensor.begin > tensor.end
            || tensor.end > tensor.storageElements || *elements > tensor.end - tensor.begin
            || (!tensor.strides.empty() && tensor.strides.size() != tensor.sizes.size()))
            std::abort();
        std::int64_t last = tensor.begin; // cannot overflow: the reader has checked
        for (std::size_t i = 0; i < tensor.strides.size(); ++i)
            last += (tensor.sizes[i] - 1) * tensor.strides[i];
        if (!tensor.strides.empty() && last != tensor.end - 1)
            std::abort();
    }
    return 0;
}
