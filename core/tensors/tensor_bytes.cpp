// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/tensor_bytes.h"

#include "core/base/expect.h"

#include <ATen/ops/empty.h>

#include <array>
#include <cstring>
#include <utility>

namespace espalier {

namespace {

constexpr std::array<std::pair<Dtype, at::ScalarType>, 10> kTypes{{
    {Dtype::F64, at::kDouble},
    {Dtype::F32, at::kFloat},
    {Dtype::F16, at::kHalf},
    {Dtype::BF16, at::kBFloat16},
    {Dtype::I64, at::kLong},
    {Dtype::I32, at::kInt},
    {Dtype::I16, at::kShort},
    {Dtype::I8, at::kChar},
    {Dtype::U8, at::kByte},
    {Dtype::Bool, at::kBool},
}};

} // namespace

at::ScalarType scalarTypeOf(Dtype dtype)
{
    for (const auto& [ours, theirs] : kTypes)
        if (ours == dtype)
            return theirs;
    ESPALIER_EXPECT(false, "every Dtype has a row");
    return at::kFloat;
}

Dtype dtypeOf(at::ScalarType type)
{
    for (const auto& [ours, theirs] : kTypes)
        if (theirs == type)
            return ours;
    ESPALIER_EXPECT(false, "only types that weight files hold are written");
    return Dtype::F32;
}

at::Tensor tensorFromBytes(std::span<const std::byte> bytes, at::IntArrayRef sizes, Dtype dtype)
{
    at::Tensor tensor = at::empty(sizes, scalarTypeOf(dtype));
    ESPALIER_EXPECT(tensor.nbytes() == bytes.size(), "the reader has checked sizes against bytes");
    if (!bytes.empty())
        std::memcpy(tensor.mutable_data_ptr(), bytes.data(), bytes.size());
    return tensor;
}

std::span<const std::byte> bytesOf(const at::Tensor& tensor)
{
    ESPALIER_EXPECT(tensor.is_contiguous() && tensor.is_cpu(), "bytes are read in row-major order");
    return {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()};
}

} // namespace espalier
