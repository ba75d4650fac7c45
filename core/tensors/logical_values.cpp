// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/logical_values.h"

#include "core/base/checked.h"
#include "core/tensors/read_stored.h"

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
    const std::int64_t rows = raw->size(1);
    const std::int64_t atATime = std::max<std::int64_t>(1, kPieceElements / raw->size(0));
    for (std::int64_t row = 0; row < rows; row += atATime) {
        // Lined up first: LibTorch transposes whole matrices quickly, and views of some slowly.
        const at::Tensor columns = raw->narrow(1, row, std::min(atATime, rows - row)).contiguous();
        show(columns.to(at::kFloat).t(), visit);
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
