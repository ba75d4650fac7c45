// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What data.pkl in a pytorch_model.bin says: a pickle, that is a program for a stack machine, which
// builds one dictionary
//
//     {"wte.weight": _rebuild_tensor_v2(<storage "0">, offset, sizes, strides, …), …}
//
// Python runs whatever such a program calls. We run nothing: the machine here knows the
// instructions that build dictionaries, tuples, numbers and texts, and four callables that it
// answers itself (an empty OrderedDict, a tensor, a parameter, the types of storages). Everything
// else is refused by name. Instructions: the comments in CPython's Lib/pickletools.py.

#include "core/base/dtype.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// Values inside the record data/<storage>, of which several tensors may have some.
struct PickledTensor
{
    std::string name;
    Dtype dtype = Dtype::F32;
    std::string storage;
    std::int64_t storageElements = 0; ///< of the whole record
    std::int64_t begin = 0; ///< first element
    std::int64_t end = 0; ///< behind the last one, at most storageElements
    std::vector<std::int64_t> sizes;
    std::vector<std::int64_t> strides = {}; ///< in elements; empty: row-major, nothing between

    friend bool operator==(const PickledTensor&, const PickledTensor&) = default;
};

struct PickleLimits
{
    std::size_t maxBytes = std::size_t{16} << 20;
    std::size_t maxValues = 1'000'000; ///< ever made; a tensor takes some twenty
    std::size_t maxRank = 8;
};

/// The tensors of the dictionary, in its order; entries that are no tensors (numbers, texts) are
/// left out. Errors: Refused, in one line: an instruction or a callable that is not known, a
/// program that ends early or misuses the stack, limits, tensors that reach beyond their storage or
/// have two elements in one place (torch's expand(), which makes much of little), the same name
/// twice. Cost: linear, without recursion.
[[nodiscard]] Result<std::vector<PickledTensor>> readTorchPickle(
    std::span<const std::byte> program, std::string_view where, const PickleLimits& limits = {});

} // namespace espalier
