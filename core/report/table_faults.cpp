// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/table_faults.h"

#include "core/architectures/name_table.h"
#include "core/architectures/stored_config.h"
#include "core/base/dtype.h"

#include <utility>

namespace espalier {
namespace {

bool mayBeWeights(const std::string& dtype)
{
    const std::optional<Dtype> type = dtypeFromSafetensorsName(dtype);
    return type == Dtype::F32 || type == Dtype::F16 || type == Dtype::BF16;
}

std::vector<std::string_view> namesOf(const std::vector<StoredHeader>& tensors)
{
    std::vector<std::string_view> names;
    for (const StoredHeader& tensor : tensors)
        names.push_back(tensor.name);
    return names;
}

void compare(const StoredHeader& stored, const std::vector<std::int64_t>& wanted, TableFaults& to)
{
    TensorFault fault{
        .name = stored.name, .dtype = stored.dtype, .found = stored.sizes, .wanted = wanted};
    if (stored.sizes != wanted)
        to.misshaped.add(std::move(fault));
    else if (!mayBeWeights(stored.dtype))
        to.wrongType.add(std::move(fault));
}

} // namespace

void TensorFaults::add(TensorFault fault)
{
    ++count;
    if (first.size() < kShownFaults)
        first.push_back(std::move(fault));
}

TableFaults faultsOf(const ModelConfig& config, const std::vector<StoredHeader>& tensors)
{
    const NameTable names(asStored(config, namesOf(tensors)));
    const std::vector<DiskTensor>& wanted = names.wanted();
    TableFaults faults{.wantedTensors = static_cast<std::int64_t>(wanted.size())};
    std::vector<bool> isThere(wanted.size(), false);
    for (const StoredHeader& tensor : tensors) {
        if (const std::optional<std::size_t> at = names.find(tensor.name)) {
            isThere[*at] = true;
            compare(tensor, wanted[*at].sizes, faults);
        } else if (const std::optional<DiskTensor> original = names.tiedTo(tensor.name)) {
            compare(tensor, original->sizes, faults);
        } else if (!names.isIgnored(tensor.name)) {
            faults.unexpected.add(
                {.name = tensor.name, .dtype = tensor.dtype, .found = tensor.sizes});
        }
    }
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (!isThere[i])
            faults.missing.add({.name = wanted[i].name, .wanted = wanted[i].sizes});
    return faults;
}

} // namespace espalier
