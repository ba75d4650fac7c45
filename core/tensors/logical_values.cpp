// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/logical_values.h"

#include "core/base/checked.h"
#include "core/tensors/read_stored.h"

#include <ATen/ops/empty.h>

#include <algorithm>

namespace espalier {

namespace {

using Visit = std::function<void(std::span<const float>)>;

constexpr std::int64_t kPieceElements = std::int64_t{1} << 20;

void show(const at::Tensor& values, const Visit& visit)
{
    const at::Tensor lined = values.contiguous();
    visit({lined.const_data_ptr<float>(), static_cast<std::size_t>(lined.numel())});
}

Status visitInOrder(const StoredTensor& stored, const Visit& visit)
{
    const std::int64_t elements = checkedProduct(stored.sizes).value_or(0);
    FloatReader reader(stored);
    for (std::int64_t begin = 0; begin < elements; begin += kPieceElements) {
        const std::int64_t count = std::min(kPieceElements, elements - begin);
        const Result<const float*> values = reader.read(begin, count);
        if (!values)
            return values.error();
        visit({*values, static_cast<std::size_t>(count)});
    }
    return {};
}

/// [in, out] on disk.
Status visitTransposed(const StoredTensor& stored, const Visit& visit)
{
    const Result<at::Tensor> raw = readRaw(stored);
    if (!raw)
        return raw.error();
    const std::int64_t in = raw->size(0);
    const std::int64_t out = raw->size(1);
    const std::int64_t atATime =
        std::min(out, std::max<std::int64_t>(1, kPieceElements / std::max<std::int64_t>(1, in)));
    // Memory is used again, and columns are lined up first: LibTorch transposes whole matrices
    // quickly, and views of some slowly.
    const at::Tensor columnsRoom = at::empty({in * atATime}, at::kFloat);
    const at::Tensor rowsRoom = at::empty({in * atATime}, at::kFloat);
    for (std::int64_t row = 0; row < out; row += atATime) {
        const std::int64_t count = std::min(atATime, out - row);
        const at::Tensor columns = columnsRoom.narrow(0, 0, in * count).view({in, count});
        const at::Tensor rows = rowsRoom.narrow(0, 0, in * count).view({count, in});
        columns.copy_(raw->narrow(1, row, count));
        rows.copy_(columns.t());
        show(rows, visit);
    }
    return {};
}

} // namespace

Status visitValues(const StoredModel& model, ParameterId id, const Visit& visit)
{
    for (const StoredPart& part : model.partsOf(id)) {
        Status visited;
        switch (part.disk->layout) {
        case Layout::Plain:
        case Layout::PatchConv:
        case Layout::OneByOne:
        case Layout::OneByRows:
            visited = visitInOrder(*part.tensor, visit);
            break;
        case Layout::InOut:
            visited = visitTransposed(*part.tensor, visit);
            break;
        case Layout::PerHead: {
            const Result<at::Tensor> values = loadParameter(model.config(), {part});
            visited = values ? Status() : values.error();
            if (values)
                show(*values, visit);
            break;
        }
        }
        if (!visited)
            return visited;
    }
    return {};
}

} // namespace espalier
