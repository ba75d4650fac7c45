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
        if (!elements || tensor.begin < 0 || tensor.begin > tensor.storageElements
            || *elements > tensor.storageElements - tensor.begin)
            std::abort();
    }
    return 0;
}
