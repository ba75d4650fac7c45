// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/read_stored.h"

#include "core/base/checked.h"
#include "core/base/expect.h"
#include "core/tensors/tensor_bytes.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>

#include <algorithm>

namespace espalier {

namespace {

constexpr std::int64_t kPieceElements = std::int64_t{1} << 21;

/// Fills a contiguous tensor of the stored type with what begins at the `begin`th value.
Status readInto(const at::Tensor& values, const StoredTensor& stored, std::int64_t begin)
{
    const std::int64_t width = bytesPerElement(*weightTypeOf(stored));
    ESPALIER_EXPECT(begin >= 0 && begin + values.numel() <= stored.byteCount / width,
        "what is read lies inside the tensor");
    return stored.read(
        begin * width, {static_cast<std::byte*>(values.mutable_data_ptr()), values.nbytes()});
}

} // namespace

std::optional<Dtype> weightTypeOf(const StoredTensor& stored)
{
    const std::optional<Dtype> known = dtypeFromSafetensorsName(stored.dtype);
    const bool fits = known == Dtype::F32 || known == Dtype::F16 || known == Dtype::BF16;
    return fits ? known : std::nullopt;
}

Result<at::Tensor> readFloats(const StoredTensor& stored, std::int64_t begin, std::int64_t count)
{
    const at::Tensor values = at::empty({count}, scalarTypeOf(*weightTypeOf(stored)));
    if (const Status done = readInto(values, stored, begin); !done)
        return done.error();
    return values.to(at::kFloat);
}

Result<at::Tensor> readRaw(const StoredTensor& stored)
{
    const at::Tensor values = at::empty(stored.sizes, scalarTypeOf(*weightTypeOf(stored)));
    if (const Status done = readInto(values, stored, 0); !done)
        return done.error();
    return values;
}

Result<const float*> FloatReader::read(std::int64_t begin, std::int64_t count)
{
    if (!m_raw.defined() || m_raw.numel() < count) {
        const at::ScalarType type = scalarTypeOf(*weightTypeOf(m_stored));
        m_raw = at::empty({count}, type);
        m_floats = type == at::kFloat ? m_raw : at::empty({count}, at::kFloat);
    }
    const at::Tensor values = m_raw.narrow(0, 0, count);
    if (const Status done = readInto(values, m_stored, begin); !done)
        return done.error();
    if (!m_floats.is_same(m_raw))
        m_floats.narrow(0, 0, count).copy_(values);
    return m_floats.const_data_ptr<float>();
}

Result<at::Tensor> readFloats(const StoredTensor& stored)
{
    const Result<at::Tensor> values =
        readFloats(stored, 0, checkedProduct(stored.sizes).value_or(0));
    if (!values)
        return values.error();
    return values->view(stored.sizes);
}

Result<bool> haveEqualValues(const StoredTensor& a, const StoredTensor& b)
{
    const std::int64_t elements = checkedProduct(a.sizes).value_or(0);
    for (std::int64_t begin = 0; begin < elements; begin += kPieceElements) {
        const std::int64_t count = std::min(kPieceElements, elements - begin);
        const Result<at::Tensor> one = readFloats(a, begin, count);
        if (!one)
            return one.error();
        const Result<at::Tensor> other = readFloats(b, begin, count);
        if (!other)
            return other.error();
        if (!at::equal(*one, *other))
            return false;
    }
    return true;
}

} // namespace espalier
